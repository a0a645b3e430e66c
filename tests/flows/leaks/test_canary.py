"""A pasted secret is in no row, file, log, audit fact or exception, however the report ends."""

import json
import logging
import traceback
from contextlib import suppress

import pytest
from sqlalchemy import Engine

from bot.domain.errors import Reason, Refused, Unreadable
from bot.domain.leaks.incident import Source
from bot.flows.leaks import report
from bot.flows.leaks.report import Reported
from bot.store.tables import metadata
from tests.fakes import ALICE, CAROL, Crash
from tests.flows.catalog import MAIN
from tests.flows.crash_points import Fuse, fused
from tests.flows.leaks.kit import UNREAD, Leaking, key_in, keys

CANARY = "cAnArY7/k1N0wn+Secret40CharactersLong9Zq"
TOKEN = "IQoJb3JpZ2luX2VjEBcAnArYToken" + "aB3/" * 40


def everything(leaking: Leaking) -> str:
    """Every row of every table."""
    engine: Engine = leaking.world.work._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        rows = [[*row] for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return json.dumps(rows, default=repr)


def paste(leaking: Leaking, text: str, by: str, source: Source = Source.COMMAND) -> Reported:
    return report.report(leaking.context, found=report.read(text), by=by, source=source, delivery=None)


@pytest.mark.parametrize("by", [ALICE, CAROL])
@pytest.mark.parametrize("source", [Source.COMMAND, Source.CHANNEL])
def test_no_sink_holds_a_pasted_secret(
    leaking_on_both: Leaking,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    by: str,
    source: Source,
) -> None:
    leaking = leaking_on_both
    caplog.set_level(logging.DEBUG)
    issued, unread, stranger = keys(leaking, "issued"), key_in(MAIN.id), key_in("999999999999")
    session = keys(leaking, "session")
    said = ""
    for key in (issued, unread, stranger):
        made = paste(leaking, f"{key} {CANARY}", by, source)
        said += repr(made)
    made = paste(leaking, f"{session}\n{CANARY}\n{TOKEN}", ALICE, source)
    said += repr(made) + everything(leaking)
    leaking.reader.faults["caller_of"] = Unreadable("GetCallerIdentity", "ReadTimeoutError")
    leaking.look_up()
    said += everything(leaking)
    leaking.pass_time(seconds=5)
    leaking.pass_time(minutes=11)
    said += everything(leaking) + caplog.text + "".join(capsys.readouterr())
    assert CANARY not in said
    assert CANARY[::-1] not in said
    assert TOKEN not in said
    assert "AKIA" in said
    with leaking.world.work.begin() as tx:
        assert all(each.proof is None for each in tx.incidents.open_all())


def test_no_exception_says_it_even_with_the_values_of_its_frames(leaking: Leaking) -> None:
    pasted = report.read(f"{UNREAD} {CANARY}")
    assert [each.secret.reveal() for each in pasted.pairs] == [CANARY]

    def again() -> Reported:
        return report.report(leaking.context, found=pasted, by=CAROL, source=Source.COMMAND, delivery=None)

    for step in range(4):
        with fused(leaking.world, Fuse(step)), pytest.raises(Crash) as crash:
            again()
        assert CANARY not in shown(crash.value)
    for _ in range(3):
        with suppress(Refused):
            again()
    with pytest.raises(Refused) as refusal:
        again()
    assert refusal.value.reason is Reason.TOO_MANY
    assert CANARY not in shown(refusal.value) + repr(refusal.value.facts)


def shown(error: BaseException) -> str:
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
