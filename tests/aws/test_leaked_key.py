"""What AWS says about a leaked key, against the strict stand-in: the pair, its user, and how seldom it is asked."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from bot.aws.accounts import Accounts
from bot.aws.credential_report import AwsReader
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.keys.account_id import account_in
from bot.domain.leaks.sts_proof import Caller, sign
from bot.secret import Secret
from tests.aws.kit import ACCOUNT, ID, MotoAws
from tests.fakes import START

Pair = tuple[AccessKeyId, str]
CHINA = "sts.cn-north-1.amazonaws.com.cn"
ARN = f"arn:aws:iam::{ID}:user/team/carol"


@pytest.fixture
def pair(aws: MotoAws) -> Pair:
    iam = aws.admin("iam")
    iam.create_user(UserName="carol", Path="/team/")
    made = iam.create_access_key(UserName="carol")["AccessKey"]
    aws.aws.forget_calls()
    return AccessKeyId(made["AccessKeyId"]), made["SecretAccessKey"]


@pytest.fixture
def reader(aws: MotoAws) -> AwsReader:
    return AwsReader(aws.accounts)


def ask(aws: MotoAws, reader: AwsReader, key: AccessKeyId, secret: str) -> Caller | None:
    return reader.caller_of(sign(key, Secret(secret), "aws", aws.clock.now()))


def test_a_pair_that_belongs_together_names_its_user_in_one_call(aws: MotoAws, reader: AwsReader, pair: Pair) -> None:
    assert ask(aws, reader, *pair) == Caller(ID, ARN)
    assert [each.action for each in aws.aws.calls] == ["GetCallerIdentity"]
    assert account_in(pair[0]) == ID


def test_a_made_up_secret_and_a_deactivated_key_are_refused(aws: MotoAws, reader: AwsReader, pair: Pair) -> None:
    assert ask(aws, reader, pair[0], pair[1][::-1]) is None
    assert ask(aws, reader, AccessKeyId("AKIA" + "Q" * 16), pair[1]) is None
    aws.admin("iam").update_access_key(UserName="carol", AccessKeyId=pair[0], Status="Inactive")
    assert ask(aws, reader, *pair) is None


def test_a_forged_signature_is_refused(aws: MotoAws, reader: AwsReader, pair: Pair) -> None:
    proof = sign(pair[0], Secret(pair[1]), "aws", aws.clock.now())
    assert reader.caller_of(replace(proof, signature=proof.signature[::-1])) is None
    assert reader.caller_of(replace(proof, region="cn-north-1")) is None


@pytest.mark.parametrize("fault", ["throttle", "server_error", "lose_answer"])
def test_without_an_answer_it_is_unknown_and_asked_once(
    aws: MotoAws, reader: AwsReader, pair: Pair, fault: str
) -> None:
    getattr(aws.aws.faults, fault)("GetCallerIdentity")
    with pytest.raises(Unreadable):
        ask(aws, reader, *pair)
    assert aws.aws.count("GetCallerIdentity") == 1
    assert ask(aws, reader, *pair) is not None


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text


def test_no_log_holds_the_secret_at_any_level(
    aws: MotoAws, reader: AwsReader, pair: Pair, said: Callable[[], str]
) -> None:
    ask(aws, reader, *pair)
    ask(aws, reader, pair[0], pair[1].swapcase())
    assert pair[1] not in said()


@pytest.mark.parametrize("mode", ["legacy", "regional"])
@pytest.mark.parametrize(("partition", "host"), [("aws", "sts.us-east-1.amazonaws.com"), ("aws-cn", CHINA)])
def test_it_goes_to_the_host_that_is_signed(
    monkeypatch: pytest.MonkeyPatch, mode: str, partition: str, host: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", mode)
    accounts, sent = Accounts(), list[AWSPreparedRequest]()
    made = accounts.unsigned_sts

    def watched(region: str) -> Any:
        client = made(region)
        client.meta.events.register_last("before-send.sts", lambda request, **_: _refuse(sent, request))
        return client

    monkeypatch.setattr(accounts, "unsigned_sts", watched)
    key = AccessKeyId("AKIA" + "Q" * 16)
    assert AwsReader(accounts).caller_of(sign(key, Secret("s" * 40), partition, START)) is None
    assert [(each.url, each.headers["Host"]) for each in sent] == [(f"https://{host}/", host)]
    assert sent[0].headers["User-Agent"] == "Latchkey"  # so that nobody takes it for the attacker's call


def _refuse(sent: list[AWSPreparedRequest], request: AWSPreparedRequest) -> AWSResponse:
    sent.append(request)
    body = b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
    answer = AWSResponse(request.url, 403, {}, None)
    answer._content = body
    return answer


# --- the user ---------------------------------------------------------------------------------------------------------


def test_the_user_is_one_call_and_its_path_another(aws: MotoAws, reader: AwsReader, pair: Pair) -> None:
    assert reader.user_of(ACCOUNT, pair[0]) == "carol"
    assert [each.action for each in aws.aws.calls] == ["GetAccessKeyLastUsed"]
    assert reader.arn_of(ACCOUNT, "carol") == ARN
    assert reader.arn_of(ACCOUNT, "nobody") is None
    assert reader.user_of(ACCOUNT, AccessKeyId("AKIA" + "Q" * 16)) is None
    aws.aws.faults.throttle("GetAccessKeyLastUsed", times=9)
    with pytest.raises(Unreadable):
        reader.user_of(ACCOUNT, pair[0])


def test_it_knows_its_own_key(aws: MotoAws, reader: AwsReader, pair: Pair) -> None:
    assert reader.is_own(ARN, pair[0]) is False
    assert reader.is_own(ARN, AccessKeyId(aws.aws.admin[0])) is True
