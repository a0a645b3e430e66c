"""The invariants of ledger and AWS, checked by queries. Database triggers record each state change."""

from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, connect

from bot.domain.events import NOUN, Tag
from bot.domain.grant import Grant
from bot.domain.ids import GrantId
from bot.domain.lifecycle import CredentialState, GrantState, RequestState, State, may_move
from tests.fakes import ALICE, START
from tests.flows.world import World

TABLES: dict[str, type[State]] = {"request": RequestState, "grants": GrantState, "credential": CredentialState}
CHANGES = {f"{NOUN[kind]}:{state}" for kind in TABLES.values() for state in kind} - {Tag.CREDENTIAL_ISSUING}
UNDER_WAY = """
SELECT "grant", count(*) FROM credential WHERE state IN ('issuing', 'sealed', 'revealed') GROUP BY "grant"
"""
WITNESS = """
CREATE TRIGGER witness_{0} AFTER UPDATE OF state ON {0} WHEN OLD.state <> NEW.state
BEGIN INSERT INTO witness VALUES ('{1}', NEW.id, OLD.state, NEW.state); END;
"""


def witnessed(ledger: Path) -> None:
    """From now on the database records every state change too."""
    with closing(connect(ledger)) as connection:
        connection.execute("CREATE TABLE witness (noun TEXT, subject TEXT, before TEXT, after TEXT)")
        for table, kind in TABLES.items():
            connection.executescript(WITNESS.format(table, NOUN[kind]))


class Laws:
    """`seen` keeps each grant as of the last check: a lease never gets shorter."""

    def __init__(self, world: World, ledger: Path) -> None:
        self._world, self._ledger = world, ledger
        self._leases: dict[GrantId, datetime] = {}

    def lock(self) -> None:
        """At any time."""
        grants = self._grants()
        with closing(connect(self._ledger)) as rows:
            self._one_audit_event_for_each_change(rows)
            self._only_moves_that_there_are(rows)
            self._an_envelope_is_there_exactly_while_it_is_sealed(rows)
            self._active_by_a_reveal(rows, grants)
        self._no_lease_gets_shorter(grants)
        assert all(len(user.keys) <= 2 for user in self._world.iam.users.values())

    def hold_after_a_sweep(self) -> None:
        """No live key past its lease, except one that AWS refused to remove a moment ago."""
        now = self._world.clock.now()
        for name in self._users():
            grant = self._grant(name)
            assert not grant.is_over, f"{name} stands although its grant is {grant.state}"
            assert grant.lease_until is None or grant.lease_until > now, f"{name} outlives its lease"

    def hold_after_reconcile(self) -> None:
        """AWS has the ledger's keys, active or inactive as in the ledger, until the ledger's date."""
        self.hold_after_a_sweep()
        held = {row.access_key_id: row for grant in self._grants() for row in self._rows(grant.id) if row.access_key_id}
        in_aws = self._world.iam.all_keys()
        assert {str(each) for each in in_aws} == self._world.ledger_keys()
        for id_, key in in_aws.items():
            assert key.active == (held[id_].state is not CredentialState.RETIRING), f"{id_}: {held[id_].state}"
        for user in self._world.iam.users.values():
            grant = self._grant(user.name)
            if grant.state is GrantState.ACTIVE and user.spec is not None:
                assert user.spec.grant.lease_until == grant.lease_until, "AWS lets it work until another date"
            assert grant.renew_until is None, "a renewal was forgotten"

    # --- one by one ----------------------------------------------------------------------------------------------

    def _one_audit_event_for_each_change(self, rows: Connection) -> None:
        changed = Counter(rows.execute("SELECT noun || ':' || after, subject FROM witness").fetchall())
        written = rows.execute("SELECT tag, subject FROM audit").fetchall()
        assert changed == Counter(each for each in written if each[0] in CHANGES)

    def _only_moves_that_there_are(self, rows: Connection) -> None:
        kinds = {NOUN[kind]: kind for kind in TABLES.values()}
        for noun, before, after in rows.execute("SELECT DISTINCT noun, before, after FROM witness"):
            assert may_move(kinds[noun](before), kinds[noun](after)), f"{noun}: {before} → {after}"

    def _an_envelope_is_there_exactly_while_it_is_sealed(self, rows: Connection) -> None:
        there = {each for (each,) in rows.execute("SELECT credential FROM envelope")}
        assert there == {each for (each,) in rows.execute("SELECT id FROM credential WHERE state = 'sealed'")}

    def _active_by_a_reveal(self, rows: Connection, grants: list[Grant]) -> None:
        revealed = {each for (each,) in rows.execute('SELECT "grant" FROM credential WHERE revealed_at IS NOT NULL')}
        under_way = dict(rows.execute(UNDER_WAY).fetchall())
        assert all(many == 1 for many in under_way.values())
        for grant in grants:
            assert grant.id in revealed or grant.state is not GrantState.ACTIVE
            assert grant.id not in revealed or grant.state is not GrantState.APPROVED
            waits = grant.state is GrantState.APPROVED and grant.id not in under_way
            assert not waits or grant.lease_until is None, "its lease runs although nobody collects"

    def _no_lease_gets_shorter(self, grants: list[Grant]) -> None:
        for each in grants:
            if each.state is not GrantState.ACTIVE:
                continue
            assert each.lease_until is not None
            assert self._leases.get(each.id, each.lease_until) <= each.lease_until
            self._leases[each.id] = each.lease_until

    # --- questions -----------------------------------------------------------------------------------------------

    def _grants(self) -> list[Grant]:
        with self._world.work.begin() as tx:
            return list(tx.grants.of_owner(ALICE, over_since=START - timedelta(days=1)))

    def _rows(self, grant: GrantId) -> tuple:  # type: ignore[type-arg]
        with self._world.work.begin() as tx:
            return tx.credentials.of(grant)

    def _users(self) -> list[str]:
        return [name for _, name in self._world.iam.users]

    def _grant(self, user: str) -> Grant:
        return self._world.grant(GrantId(user.removeprefix("latchkey-")))
