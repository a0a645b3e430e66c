"""Statements that are built at the first call: what they may not do with an argument, and what stays the caller's."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Select, select

from bot.store.built_once import built_once
from bot.store.tables import grants
from tests.fakes import START


def test_an_argument_is_a_parameter_of_one_statement() -> None:
    calls = []

    @built_once
    def ended(before: datetime, most: int) -> Select[tuple[object, ...]]:
        calls.append(before)
        return select(grants).where(grants.c.ended_at <= before).limit(most)

    first, second = ended(START, 5), ended(START + timedelta(days=1), most=7)
    assert first.statement is second.statement
    assert len(calls) == 1
    assert (first.parameters, second.parameters["most_"]) == ({"before_": START, "most_": 5}, 7)


def test_none_is_a_statement_of_its_own() -> None:
    @built_once
    def of(owner: str | None = None) -> Select[tuple[object, ...]]:
        return select(grants) if owner is None else select(grants).where(grants.c.owner == owner)

    assert "WHERE" not in str(of().statement)
    assert of(None).statement is of().statement
    assert "owner = :owner_" in str(of("U1").statement)


@pytest.mark.parametrize("compute", [lambda at: at + timedelta(1), lambda at: START - at, list, lambda at: at or START])
def test_what_python_should_compute_is_not_left_to_the_database(compute: object) -> None:
    @built_once
    def late(at: datetime) -> Select[tuple[object, ...]]:
        return select(grants).where(grants.c.ended_at <= compute(at))  # type: ignore[operator]

    with pytest.raises(TypeError):
        late(START)
