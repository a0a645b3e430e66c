"""The transition tables over the full product of states."""

from itertools import product

import pytest

from bot.domain import lifecycle
from bot.domain.events import into
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState

TABLES = {
    RequestState: lifecycle.REQUEST_MOVES,
    GrantState: lifecycle.GRANT_MOVES,
    CredentialState: lifecycle.CREDENTIAL_MOVES,
    AdoptedState: lifecycle.ADOPTED_MOVES,
}


@pytest.mark.parametrize(("kind", "table"), list(TABLES.items()))
def test_every_state_has_its_row(kind: type, table: dict[object, object]) -> None:
    assert set(table) == set(kind)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("before", "after"), list(product([*RequestState, *GrantState, *CredentialState, *AdoptedState], repeat=2))
)
def test_a_move_is_allowed_exactly_where_the_table_has_it(before: object, after: object) -> None:
    allowed = type(before) is type(after) and after in TABLES[type(before)][before]  # type: ignore[index]
    assert lifecycle.may_move(before, after) is allowed  # type: ignore[arg-type]


@pytest.mark.parametrize("table", list(TABLES.values()))
def test_every_state_that_can_be_entered_has_its_own_audit_tag(table: dict[object, object]) -> None:
    entered = {after for row in table.values() for after in row}  # type: ignore[attr-defined]
    assert len({into(after) for after in entered}) == len(entered)
