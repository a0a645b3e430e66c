"""The tables of incidents: leaked keys, their reports, the steps that cut them off, and what CloudTrail says."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.leaks.incident import Source, StepKind, StepState, Whose
from bot.domain.lifecycle import IncidentState
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, KEY, NUMBER, PERSON, ROLE, metadata, one_of
from bot.store.types import EnumText, Moment

incident = Table(
    "incident",
    metadata,
    Column("id", ID, primary_key=True),
    Column("access_key_id", KEY, nullable=False),
    Column("state", EnumText(IncidentState), nullable=False),
    Column("source", EnumText(Source), nullable=False, comment="of the first report"),
    Column("opened_at", Moment, nullable=False),
    Column("reported_by", PERSON, nullable=False),
    Column("whose", EnumText(Whose), nullable=False, comment="what the key is to Latchkey"),
    Column("account", String(255), comment="its name in the catalog"),
    Column("account_number", String(12), comment="as the key's id or AWS says it"),
    Column("user", String(64), comment="IAM user"),
    Column("user_arn", ROLE),
    Column("credential", ID, comment="if Latchkey issued it"),
    Column("grant", ID),
    Column("found_key", ID, comment="if Latchkey found it"),
    Column("link", Text, comment="where AWS or GitHub describes it"),
    Column("page_at", Moment, comment="when its owner and approvers are paged"),
    Column("paged_at", Moment),
    Column("escalate_at", Moment, comment="when the admins are paged"),
    Column("proof", Text, comment="a signed request that holds no secret, until the worker has sent it"),
    Column("proof_at", Moment),
    Column("contain_by", PERSON),
    Column("contain_at", Moment),
    Column("contained_at", Moment),
    Column("round", Integer, nullable=False, comment="of the newest steps"),
    Column("check", Integer, nullable=False, comment="how many checks are done since it was contained"),
    Column("check_at", Moment),
    Column("unread", String(255), comment="what the newest check could not read: call and error code"),
    Column("standing", JSON(none_as_null=True), comment="keys, policies and password known on its IAM user"),
    Column("activity_at", Moment, comment="when CloudTrail is read next"),
    Column("next_try_at", Moment, comment="of the steps"),
    Column("reactivate_by", PERSON),
    Column("reactivate_at", Moment, comment="when two people had agreed"),
    Column("reactivated_at", Moment),
    Column("replacement", ID, comment="the request for the key that takes its place"),
    Column("closed_at", Moment),
    Column("closed_by", PERSON),
    Column("justification", Text, comment="what the one who closed it wrote"),
    Column("touched", Integer, nullable=False, server_default=text("0"), comment="incremented to lock the row"),
    one_of("state", IncidentState),
    one_of("source", Source),
    one_of("whose", Whose),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    Index(
        "uq_incident_open",
        "access_key_id",
        unique=True,
        sqlite_where=due_conditions.INCIDENT_OPEN,
        postgresql_where=due_conditions.INCIDENT_OPEN,
    ),
    Index(None, "access_key_id"),
    Index(None, "account", "user"),
    Index(None, "opened_at"),
    partial("ix_incident_unknown", due_conditions.INCIDENT_UNKNOWN, "next_try_at"),
    partial("ix_incident_page_at", due_conditions.INCIDENT_PAGING, "page_at"),
    partial("ix_incident_escalate_at", due_conditions.INCIDENT_ESCALATING, "escalate_at"),
    partial("ix_incident_containing", due_conditions.INCIDENT_CONTAINING, "next_try_at"),
    partial("ix_incident_check_at", due_conditions.INCIDENT_CHECKING, "check_at"),
    partial("ix_incident_activity_at", due_conditions.INCIDENT_READING, "activity_at"),
    partial("ix_incident_reactivate_at", due_conditions.INCIDENT_REACTIVATING, "reactivate_at"),
    partial("ix_incident_closed_at", due_conditions.CLOSED, "closed_at"),
)

incident_report = Table(
    "incident_report",
    metadata,
    Column("incident", ForeignKey("incident.id"), nullable=False),
    Column("by", PERSON, nullable=False),
    Column("source", EnumText(Source), nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("incident", "by"),
    one_of("source", Source),
)

incident_step = Table(
    "incident_step",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("incident", ForeignKey("incident.id"), nullable=False),
    Column("kind", EnumText(StepKind), nullable=False),
    Column("target", ROLE, nullable=False, comment="a key's id, an IAM user, or a role"),
    Column("round", Integer, nullable=False, comment="0: at once; later ones were planned by a check"),
    Column("state", EnumText(StepState), nullable=False),
    Column("tried_at", Moment),
    Column("done_at", Moment),
    Column("why", String(64), comment="AWS's error code, or why Latchkey can't do it"),
    Column("by", PERSON, comment="who pressed the button of an offered step"),
    Column(
        "tries", Integer, nullable=False, server_default=text("0"), comment="in a row that AWS refused or left open"
    ),
    one_of("kind", StepKind),
    one_of("state", StepState),
    UniqueConstraint("incident", "kind", "target", "round"),
)

incident_agreement = Table(
    "incident_agreement",
    metadata,
    Column("incident", ForeignKey("incident.id"), nullable=False),
    Column("person", PERSON, nullable=False, comment="who agreed to reactivate the key"),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("incident", "person"),
)

incident_activity = Table(
    "incident_activity",
    metadata,
    Column("incident", ForeignKey("incident.id"), primary_key=True),
    Column("read_at", Moment, nullable=False),
    Column("activity", JSON, nullable=False, comment="what the key did, as CloudTrail says it; never the events"),
)
