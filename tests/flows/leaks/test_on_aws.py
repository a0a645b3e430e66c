"""A pasted pair on the strict stand-in: accepted at once in one call, refused if it is made up, never for Latchkey."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.aws.credential_report import AwsReader
from bot.domain.events import LATCHKEY
from bot.domain.leaks.incident import Incident, Source, Whose
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks import report, triage
from tests.fakes import CAROL
from tests.flows.world import World

if TYPE_CHECKING:
    from tests.aws.kit import MotoAws


@pytest.fixture
def context(world_on_aws: World, aws: "MotoAws") -> AwsContext:
    return replace(world_on_aws.context, reader=AwsReader(aws.accounts))


def pasted(context: AwsContext, text: str) -> Incident:
    """As the worker leaves it."""
    report.report(context, found=report.read(text), by=CAROL, source=Source.COMMAND, delivery=None)
    triage.triage(context)
    with context.work.begin() as tx:
        return tx.incidents.open_all()[0]


def test_a_true_pair_is_contained_at_once_whoever_reports_it(context: AwsContext, aws: "MotoAws") -> None:
    iam = aws.admin("iam")
    iam.create_user(UserName="carol", Path="/team/")
    key = iam.create_access_key(UserName="carol")["AccessKey"]
    aws.accounts.caller()
    aws.aws.forget_calls()
    found = pasted(context, f'id: {key["AccessKeyId"]}, secret: "{key["SecretAccessKey"]}"')
    assert (found.state, found.contain_by) == (IncidentState.CONTAINING, LATCHKEY)
    assert (found.whose, found.user_arn) == (Whose.FOUND, "arn:aws:iam::123456789012:user/team/carol")
    assert [each.action for each in aws.aws.calls] == ["GetCallerIdentity"]


def test_a_made_up_secret_is_an_ordinary_report(context: AwsContext, aws: "MotoAws") -> None:
    aws.admin("iam").create_user(UserName="carol")
    key = aws.admin("iam").create_access_key(UserName="carol")["AccessKey"]
    found = pasted(context, f"{key['AccessKeyId']} {key['SecretAccessKey'].swapcase()}")
    assert (found.state, found.whose, found.proof) == (IncidentState.REPORTED, Whose.FOUND, None)
    assert found.paged_at is not None


def test_latchkeys_own_true_pair_is_not_contained(context: AwsContext, aws: "MotoAws") -> None:
    key, secret = aws.aws.admin
    found = pasted(context, f"{key} {secret}")
    assert (found.state, found.whose) == (IncidentState.REPORTED, Whose.ITSELF)
