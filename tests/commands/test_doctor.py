"""The doctor runs every check, also after a failure, and never shows a traceback."""

from dataclasses import replace

import pytest

from bot.commands.doctor import Check, Fault, examine, missing_scopes
from bot.domain.errors import CatalogError


def raising(error: Exception) -> Check:
    def ask() -> str:
        raise error

    return Check("part", ask, "look at the part")


def run(*checks: Check) -> tuple[int, str]:
    lines: list[str] = []
    return examine(checks, lines.append), "\n".join(lines)


def test_all_well_is_exit_code_0() -> None:
    code, text = run(Check("database", lambda: "at head", "run latchkey migrate"))
    assert code == 0
    assert text == "ok     database: at head\nNo problems."


def test_a_fault_is_reported_with_its_fix_and_the_next_is_still_asked() -> None:
    code, text = run(raising(Fault("behind", fix="run latchkey migrate")), Check("slack", lambda: "T01LATCH", ""))
    assert code == 1
    assert "fault  part: behind\n       fix: run latchkey migrate\nok     slack: T01LATCH" in text


def test_a_warning_is_reported_beside_what_is_well_and_beside_a_fault() -> None:
    code, text = run(Check("account", lambda: "read", "", warnings=("it costs something",)))
    assert (code, text) == (0, "ok     account: read\nwarn   account: it costs something\nNo problems. Warnings: 1.")
    code, text = run(replace(raising(Fault("gone", fix="make it")), warnings=("it costs something",)))
    assert (code, text.splitlines()[-2]) == (1, "warn   part: it costs something")


def test_every_mistake_has_its_line() -> None:
    _, text = run(raising(CatalogError(("one", "two"))))
    assert "fault  part: one\nfault  part: two\n       fix: look at the part" in text


def test_an_unexpected_error_is_reported_without_its_text() -> None:
    code, text = run(raising(RuntimeError("canary")))
    assert code == 1
    assert "fault  part: RuntimeError" in text
    assert "canary" not in text


def test_it_names_the_missing_scopes() -> None:
    assert missing_scopes("chat:write, commands", ["chat:write"]) == "1 scopes; not needed: commands"
    with pytest.raises(Fault, match="lacks commands, users:read"):
        missing_scopes("chat:write", ["users:read", "commands", "chat:write"])
    with pytest.raises(Fault):
        missing_scopes(None, ["chat:write"])
