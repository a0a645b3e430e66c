"""What a process is started as: each role reads only the settings that it uses."""

from enum import StrEnum


class Role(StrEnum):
    WEB = "web"
    WORKER = "worker"
    ALL = "all"  # `latchkey` without a command: web and worker in one process tree
    MIGRATE = "migrate"
    DEMO = "demo"  # fakes Slack, AWS and the database, and must never touch the real ones
    TOOLS = "tools"  # doctor, manifest, iam, inventory, audit: use what is set, require nothing


SERVERS = frozenset({Role.WEB, Role.WORKER, Role.ALL})
KEEPERS = SERVERS | {Role.TOOLS}  # the roles that call Slack or read the catalog
