"""${message}

DEPLOY: the previous release runs on while this migration does and after it. Add columns as nullable or with a server
default, never rename or drop what it still reads: that is a later release's migration. Build an index on a large table
with postgresql_concurrently in an autocommit block of its own.

Revision: ${up_revision}, after ${down_revision | comma,n}, made ${create_date}
"""

import sqlalchemy as sa
from alembic import op

${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
