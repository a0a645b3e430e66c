"""What the look-up found is contained: a key that AWS first refused to name, and a foreign one of a grant too."""

from dataclasses import replace

import pytest

from bot.domain.errors import Unreadable
from bot.domain.leaks.incident import StepKind, StepState
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import contain
from tests.fakes import ALICE, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import Leaking
from tests.flows.leaks.test_triage import plant, unnamed

ROLE_REFUSED = Unreadable("AssumeRole", "AccessDenied")


@pytest.mark.parametrize("refused", [False, True])
def test_a_found_key_is_off_once_aws_says_whose_it_is(leaking: Leaking, refused: bool) -> None:
    leaking.with_accounts(replace(MAIN, adopt=True))
    key = unnamed(leaking)
    (made,) = leaking.report(key, by=ALICE).incidents
    if refused:
        leaking.reader.faults["user_of"] = ROLE_REFUSED
        leaking.look_up()
        leaking.world.clock.advance(seconds=5)
    leaking.look_up()
    contain.carry_out(leaking.context)
    assert leaking.incident(key).state is IncidentState.CONTAINED
    assert leaking.world.iam.users[MAIN.id, "job"].keys[key].active is False
    with leaking.world.work.begin() as tx:
        steps = [each for each in tx.incidents.steps(made.id) if each.kind is StepKind.KEY]
    assert [each.state for each in steps] == [StepState.DONE]


def test_a_foreign_key_on_a_grants_user_is_off_too(leaking: Leaking) -> None:
    grant, credential = leaking.world.live()
    user = leaking.world.grant(grant).iam_user
    key = plant(leaking, user)
    leaking.report(key, by=CAROL)
    leaking.look_up()
    leaking.contain(leaking.incident(key), DAVE)
    contain.carry_out(leaking.context)
    keys = leaking.world.iam.users[MAIN.id, user].keys
    assert keys[key].active is False
    assert leaking.incident(key).state is IncidentState.CONTAINED
    assert keys[leaking.world.key(credential)].active is True
