"""The first schema: requests, grants, credentials, envelopes, the outbox and the audit log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment, Span

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The values as of this revision; the code's enums keep growing.
REQUEST = "requested approved declined cancelled lapsed"
GRANT = "approved active lapsed expired revoked"
CREDENTIAL = "issuing sealed revealed live retiring deleted failed discarded"
UNDER_WAY = "issuing revealed sealed"
DIFFERENCE = "key-gone key-off key-on foreign-key user-gone policy boundary tags path groups"
NOTICES = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned orphan:found "
    "difference:found finding:digest account:report finding:alarm claim:open claim:outcome owner:none owner:left "
    "adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated finding:enforced "
    "account:preview"
)

ID, PERSON, KEY, WORD = sa.String(26), sa.String(32), sa.String(128), sa.String(32)
SUBJECT = sa.String(320)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = Moment(timezone=True)

INDEXES = (
    "audit(actor) audit(subject) delivery(at) request(grant) request(replaces) request(requester) request(state,decide_by) "
    "grants(next_try_at) grants(owner) grants(renew_until) grants(state,collect_by) grants(state,lease_until) "
    "credential(delete_at) credential(grant) credential(look_at) credential(retire_at) "
    "credential(state,claimed_at) credential(state,sealed_until) credential(wish) difference(pressed_by) "
    "halt(account,deed,settled_at) tombstone(credential)"
)


def _must(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, **more)


def _may(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=True, **more)


def _count(name: str, **more: Any) -> sa.Column[Any]:
    return _must(name, sa.Integer(), server_default=sa.text("0"), **more)


def _words(words: str) -> str:
    return ", ".join(f"'{each}'" for each in words.split())


def _table(name: str, *parts: Any, checks: dict[str, str] | None = None, key: tuple[str, ...] = ("id",)) -> None:
    named = [sa.CheckConstraint(law, name=op.f(f"ck_{name}_{each}")) for each, law in (checks or {}).items()]
    op.create_table(name, *parts, *named, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f("_".join(("uq", table, *columns))))


def _place() -> list[sa.Column[Any]]:
    return [_must("notice", WORD), _must("subject", SUBJECT), _must("to", PERSON)]


def _proof() -> list[sa.Column[Any]]:
    return [_must("credential", ID), _must("owner", PERSON), _must("proof_hash", sa.LargeBinary(32))]


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = True) -> None:
    law = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=law, postgresql_where=law)


def upgrade() -> None:
    _journal()
    _asking()
    _holding()
    _sealing()
    _asked()
    _differences()
    for index in INDEXES.split():
        table, columns = index[:-1].split("(")
        op.create_index(f"ix_{table}_{columns.replace(',', '_')}", table, columns.split(","))
    _partial("ix_outbox_due", "outbox", ["due_at"], "wanted > done", unique=False)
    _partial("uq_credential_grant_slot", "credential", ["grant", "slot"], "gone_at IS NULL")
    _partial("uq_credential_under_way", "credential", ["grant"], f"state IN ({_words(UNDER_WAY)})")
    _partial("uq_halt_open", "halt", ["account", "deed"], "verdict IS NULL")
    _partial("uq_difference_open", "difference", ["grant", "kind", "about", "evidence"], "closed_at IS NULL")


def _journal() -> None:
    _table(
        "audit",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(_must("tag", WORD), _must("subject", SUBJECT), _must("actor", sa.String(255))),
        *(_must("at", MOMENT), _must("facts", sa.JSON())),
    )
    _table(
        "delivery", _must("id", sa.String(255), comment="a trigger, view or event id of Slack's"), _must("at", MOMENT)
    )
    _table("flag", _must("name", sa.String(128)), _may("value", sa.Text()), _may("at", MOMENT), key=("name",))
    _table("heartbeat", _must("worker", sa.String(255)), _must("at", MOMENT), key=("worker",))
    shown = (_must("channel", sa.String(32)), _must("ts", sa.String(32)), _must("revision", sa.Integer()))
    posted = _must("posted_at", MOMENT, comment="when Slack took it first: from then on it counts as delivered")
    _table("message", *_place(), *shown, posted, key=("notice", "subject", "to"))
    _table(
        "outbox",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *_place(),
        _must("wanted", sa.Integer(), comment="the revision that Slack is to show"),
        _must("done", sa.Integer(), comment="the revision that it shows"),
        *(_must("due_at", MOMENT), _may("claimed_until", MOMENT)),
        *(_count("tries"), _may("last_error", sa.String(255))),
        _unique("outbox", "notice", "subject", "to"),
        checks={"notice": f"notice IN ({_words(NOTICES)})"},
    )


def _asking() -> None:
    _table(
        "request",
        *(_must("id", ID), _must("kind", WORD), _must("entitlement", sa.String(255)), _must("requester", PERSON)),
        *(_must("duration", Span()), _must("justification", sa.Text()), _must("state", WORD)),
        *(_must("made_at", MOMENT), _must("decide_by", MOMENT), _may("grant", ID)),
        *(_may("reminded_at", MOMENT), _may("escalated_at", MOMENT)),
        _may("replaces", ID, comment="the found key in whose place the new one comes"),
        _count("touched", comment="the lock of every rule over its rows"),
        checks={"kind": f"kind IN ({_words('new renew')})", "state": f"state IN ({_words(REQUEST)})"},
    )
    _table(
        "decision",
        _must("request", ID),
        _must("approver", PERSON, comment="one answer from each person"),
        *(_must("answer", WORD), _must("justification", sa.Text()), _must("made_at", MOMENT)),
        _to("decision", "request", "request"),
        checks={"answer": f"answer IN ({_words('approve decline')})"},
        key=("request", "approver"),
    )


def _holding() -> None:
    _table(
        "grants",
        *(_must("id", ID), _must("request", ID)),
        *(_must("entitlement", sa.String(255)), _must("account", sa.String(255))),
        *(_must("owner", PERSON), _must("duration", Span()), _must("state", WORD)),
        *(_must(each, MOMENT) for each in ("made_at", "collect_by")),
        *(_may("lease_until", MOMENT), _may("renew_request", ID)),
        _may("renew_until", MOMENT, comment="approved, and not yet the lease: AWS is to take it over first"),
        _may("renew_try_at", MOMENT, comment="a worker's claim, or when the renewal is tried next"),
        _may("told_stage", Span(), comment="the latest word about this lease's end, so long before it"),
        *(_may(each, MOMENT) for each in ("told_ending_at", "ended_at", "torn_down_at")),
        _may("stuck_on", sa.String(255), comment="what AWS refuses of the tear-down"),
        _may("next_try_at", MOMENT, comment="when the tear-down or the orphan pass is due"),
        _count("touched"),
        _to("grants", "request", "request"),
        _unique("grants", "request"),
        checks={
            "state": f"state IN ({_words(GRANT)})",
            "active_has_lease": "state NOT IN ('active', 'expired') OR lease_until IS NOT NULL",
            "over_has_ended": "state IN ('approved', 'active') OR ended_at IS NOT NULL",
        },
    )
    _table(
        "credential",
        *(_must("id", ID), _must("grant", ID), _must("kind", WORD), _must("state", WORD)),
        *(_must("made_at", MOMENT), _must("wanted_until", MOMENT), _may("view_id", sa.String(255))),
        *(_may("view_at", MOMENT), _may("claimed_at", MOMENT), _may("claimed_by", sa.String(255))),
        _may("slot", sa.Integer(), comment="1 or 2 while AWS may hold this key"),
        *(_may("access_key_id", KEY), _may("created_at", MOMENT), _may("ends_at", MOMENT)),
        *(_may("envelope", ID), _may("sealed_until", MOMENT), _may("revealed_at", MOMENT)),
        *(_may("revealed_ip", sa.String(64)), _may("revealed_browser", sa.String(255))),
        _may("asked_at", MOMENT, comment='"Did you get it?", once'),
        *(_may(each, MOMENT) for each in ("live_at", "retire_at", "delete_at")),
        *(_may("why", sa.String(255)), _may("wish", sa.String(3)), _may("wished_by", PERSON)),
        _may("used_at", MOMENT, comment="last use, as far as AWS told at used_read_at"),
        *(_may(f"{first}used_{each}", sa.String(64)) for first in ("", "first_") for each in ("service", "region")),
        *(_may("used_read_at", MOMENT), _may("first_used_at", MOMENT)),
        _may("look_at", MOMENT, comment="a rotation's old key: when the use of both is read next"),
        _may("proof", sa.String(128), comment="what the rotation's message says, told again when it is news"),
        *(_count("stretches"), _may("stretched_at", MOMENT)),
        _may("next_try_at", MOMENT, comment="AWS refused or did not answer: asked again then"),
        _may(
            "device", sa.String(255), comment="serial number of the MFA device whose seed this key's envelope carries"
        ),
        _may("device_gone_at", MOMENT),
        *(_may("ended_at", MOMENT), _may("gone_at", MOMENT)),
        *(_to("credential", "grant", "grants"), _unique("credential", "access_key_id")),
        checks={
            "kind": f"kind IN ({_words('access_key session')})",
            "state": f"state IN ({_words(CREDENTIAL)})",
            "slot": "slot IN (1, 2)",
            "wish": "wish IN ('on', 'off')",
            "sessions_end_by_themselves": "kind <> 'session' OR (slot IS NULL AND state <> 'retiring')",
            "known_by_its_key_id": "state IN ('issuing', 'failed') OR access_key_id IS NOT NULL",
        },
    )


def _sealing() -> None:
    _table(
        "envelope",
        _must("id", ID),
        *_proof(),
        *(_must("nonce", sa.LargeBinary(12)), _must("aad", sa.LargeBinary()), _must("ciphertext", sa.LargeBinary())),
        _must("expires_at", MOMENT),
        *(_to("envelope", "credential", "credential"), _unique("envelope", "credential")),
    )
    _table(
        "tombstone",
        _must("id", ID),
        *_proof(),
        *(_must("outcome", sa.String(16)), _must("at", MOMENT)),
        _may("told_at", MOMENT, comment="one DM per dead envelope"),
        _to("tombstone", "credential", "credential"),
        checks={"outcome": f"outcome IN ({_words('revealed expired discarded')})"},
    )


def _differences() -> None:
    _table(
        "difference",
        *(_must("id", ID), _must("grant", ID), _must("kind", WORD)),
        _must("about", KEY, comment="an access key id, or nothing"),
        _must("evidence", sa.String(64), comment="a digest of what AWS has"),
        *(_must("facts", sa.JSON()), _must("seen_at", MOMENT)),
        *(_may("told_at", MOMENT, comment="when it was seen again: once"), _may("pressed_at", MOMENT)),
        _may("pressed_by", PERSON, comment="who wants it mended; the worker has yet to do it"),
        _may("stuck_on", sa.String(255), comment="why the last press came to nothing"),
        *(_may("next_try_at", MOMENT), _may("mended_by", PERSON), _may("mended_at", MOMENT), _may("closed_at", MOMENT)),
        _to("difference", "grant", "grants"),
        checks={"kind": f"kind IN ({_words(DIFFERENCE)})"},
    )


def _asked() -> None:
    _table(
        "halt",
        *(_must("id", ID), _must("account", sa.String(255)), _must("deed", WORD), _must("many", sa.Integer())),
        *(_must("asked_at", MOMENT), _may("verdict", WORD), _may("settled_by", PERSON)),
        _may("settled_at", MOMENT, comment="the verdict holds for what was due by then"),
        checks={
            "deed": f"deed IN ({_words('switch-off delete')})",
            "verdict": f"verdict IN ({_words('go stop')})",
        },
    )


def downgrade() -> None:
    for table in ("halt", "tombstone", "difference", "envelope", "credential", "grants", "decision", "request"):
        op.drop_table(table)
    for table in ("outbox", "message", "heartbeat", "flag", "delivery", "audit"):
        op.drop_table(table)
