"""A leaked key is looked up by one worker, and nothing that people say while AWS answers is lost."""

from collections.abc import Callable

import pytest

from bot.domain.events import LATCHKEY
from bot.domain.lifecycle import IncidentState
from tests.fakes import ALICE, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import SECRET, Leaking
from tests.flows.leaks.test_triage import accept, unnamed

CONTAINING = IncidentState.CONTAINING


def meanwhile(leaking: Leaking, call: str, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do it while the worker waits for AWS's answer to its first such call."""
    waiting, real = [act], getattr(leaking.reader, call)

    def called(*words: object) -> object:
        for each in (waiting.pop() for _ in range(len(waiting))):
            each()
        return real(*words)

    monkeypatch.setattr(leaking.reader, call, called)


def test_a_pair_is_sent_once_by_two_workers(leaking: Leaking, monkeypatch: pytest.MonkeyPatch) -> None:
    key = unnamed(leaking)
    accept(leaking, key, f"arn:aws:iam::{MAIN.id}:user/job")
    leaking.report(key, by=CAROL, secret=SECRET)
    meanwhile(leaking, "caller_of", leaking.look_up, monkeypatch)
    leaking.look_up()
    assert [name for name, _ in leaking.reader.calls].count("caller_of") == 1
    assert (leaking.incident(key).state, leaking.incident(key).contain_by) == (CONTAINING, LATCHKEY)


def test_a_look_up_that_was_killed_is_made_again(leaking: Leaking, monkeypatch: pytest.MonkeyPatch) -> None:
    key = unnamed(leaking)
    leaking.report(key, by=ALICE)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(leaking.reader, "user_of", killed)
        with pytest.raises(KeyboardInterrupt):
            leaking.look_up()
    assert leaking.look_up() == 0
    leaking.pass_time(seconds=15)
    assert leaking.incident(key).state is CONTAINING


@pytest.mark.parametrize("how", ["press", "report"])
def test_what_people_say_during_the_look_up_counts(leaking: Leaking, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = unnamed(leaking)
    (made,) = leaking.report(key, by=CAROL).incidents
    by = DAVE if how == "press" else ALICE
    acts = {"press": lambda: leaking.contain(made, DAVE), "report": lambda: leaking.report(key, by=ALICE)}
    meanwhile(leaking, "user_of", acts[how], monkeypatch)
    leaking.look_up()
    leaking.look_up()
    assert (leaking.incident(key).state, leaking.incident(key).contain_by) == (CONTAINING, by)
