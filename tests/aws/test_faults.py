"""Every call of every method, under every fault: only AwsError is raised, and a retry without faults succeeds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import AwsError, AwsRefused, Doubtful, Throttled, TwoKeys, Unreadable
from bot.domain.grant import Grant
from bot.ports import UserSpec
from tests.aws.kit import ACCOUNT, MotoAws, grant, spec
from tests.fakes import ALICE
from tests.fault_injection import NOTHING_DONE, WEATHER

Verb = Callable[[MotoAws, UserSpec], object]


def key_of(aws: MotoAws, of: UserSpec) -> str:
    return next(iter(aws.truth(of.grant.iam_user) or {"AKIA00000000000000": True}))


def longer(of: UserSpec) -> UserSpec:
    assert of.grant.lease_until is not None
    return replace(of, grant=replace(of.grant, lease_until=of.grant.lease_until + timedelta(days=1)))


READS: dict[str, Verb] = {
    "keys_of": lambda aws, of: aws.iam.keys_of(ACCOUNT, of.grant.iam_user),
    "last_used": lambda aws, of: aws.iam.last_used(ACCOUNT, key_of(aws, of)),  # type: ignore[arg-type]
    "users_under": lambda aws, of: aws.iam.users_under(ACCOUNT),
    "user_quota": lambda aws, of: aws.iam.user_quota(ACCOUNT),
}
WRITES: dict[str, Verb] = {
    "prepare": lambda aws, of: aws.iam.prepare(of, by=ALICE),
    "extend": lambda aws, of: aws.iam.extend(longer(of), by=ALICE),
    "set_active": lambda aws, of: aws.iam.set_active(
        ACCOUNT,
        of.grant.iam_user,
        key_of(aws, of),
        active=False,
        by=ALICE,  # type: ignore[arg-type]
    ),
    "delete_key": lambda aws, of: aws.iam.delete_key(ACCOUNT, of.grant.iam_user, key_of(aws, of), by=ALICE),  # type: ignore[arg-type]
    "tear_down": lambda aws, of: aws.iam.tear_down(of.grant, ACCOUNT, by=ALICE),
}


def standing(aws: MotoAws, number: int) -> UserSpec:
    made = spec(of=grant(f"g{number}"))
    aws.mint(made)
    return made


def as_pending(aws: MotoAws, verb: str, of: Grant) -> bool:
    truth = aws.truth(of.iam_user)
    return {
        "prepare": truth is not None and aws.lease(of.iam_user) == of.lease_until,
        "extend": truth is not None and aws.lease(of.iam_user) == longer(spec(of=of)).grant.lease_until,
        "set_active": truth is not None and list(truth.values()) == [False],
        "delete_key": truth == {},
        "tear_down": truth is None,
    }[verb]


def outcome(act: Verb, aws: MotoAws, of: UserSpec) -> Exception | None:
    try:
        act(aws, of)
    except Exception as error:  # noqa: BLE001 - whatever it is: the test says what it may be
        return error
    return None


@pytest.mark.long
@pytest.mark.parametrize("kind", WEATHER)
@pytest.mark.parametrize("verb", [*READS, *WRITES])
def test_any_call_may_go_wrong(aws: MotoAws, verb: str, kind: str) -> None:
    """At each call in turn, until the fault lies beyond the last one. Of a tear-down's many calls, every second."""
    act, index = {**READS, **WRITES}[verb], 0
    step = 2 if verb == "tear_down" else 1
    while True:
        of = standing(aws, index)
        aws.aws.faults.at(index, WEATHER[kind])
        error = outcome(act, aws, of)
        assert error is None or isinstance(error, AwsError), f"call {index}: {error!r} reached the flows"
        assert error is None or isinstance(error, Unreadable) == (verb in READS)
        if aws.aws.faults.waiting:
            break
        act(aws, of)
        assert verb in READS or as_pending(aws, verb, of.grant), f"after {kind} at call {index}"
        index += step
    assert index > 0


CREATED = {
    "throttled": Throttled,
    "access denied": AwsRefused,
    "not found": AwsRefused,
    "limit exceeded": TwoKeys,
    "broken": Doubtful,
    "broken, but done": Doubtful,
    "lost on the way there": Doubtful,
    "lost on the way back": Doubtful,
    "timed out, but done": Doubtful,
    "half an answer": Doubtful,
}


@pytest.mark.parametrize("kind", WEATHER)
def test_a_key_is_asked_for_once_and_doubted_where_it_may_exist(aws: MotoAws, kind: str) -> None:
    aws.iam.prepare(spec(), by=ALICE)
    aws.aws.faults.plan("CreateAccessKey", WEATHER[kind])
    with pytest.raises(AwsError) as error:
        aws.iam.create_key(ACCOUNT, spec().grant.iam_user, by=ALICE)
    assert type(error.value) is CREATED[kind]
    assert aws.creations() == 1
    made = len(aws.truth(spec().grant.iam_user) or {})
    assert made == (kind not in NOTHING_DONE)
    assert not made or isinstance(error.value, Doubtful)


def test_every_list_is_read_to_its_last_page_under_any_fault(aws: MotoAws) -> None:
    """If a page in the middle fails, the whole list is unknown: never half a list."""
    aws.aws.list_in_pages_of(1)
    for number in range(3):
        standing(aws, number)
    assert len(aws.iam.users_under(ACCOUNT)) == 3
    for page in range(3):
        aws.aws.faults.at(page, WEATHER["throttled"])
        with pytest.raises(Unreadable):
            aws.iam.users_under(ACCOUNT)


def test_an_outdated_list_is_taken_as_it_is(aws: MotoAws) -> None:
    """IAM is eventually consistent: the key exists, but the list doesn't have it yet."""
    of = spec(of=grant("g1"))
    aws.iam.prepare(of, by=ALICE)
    yesterday = list[bytes]()
    aws.aws.faults.rewrite("ListAccessKeys", lambda body: yesterday.append(body) or body)
    assert aws.iam.keys_of(ACCOUNT, of.grant.iam_user) == ()
    made = aws.iam.create_key(ACCOUNT, of.grant.iam_user, by=ALICE)
    aws.aws.faults.rewrite("ListAccessKeys", lambda _body: yesterday[0])
    assert aws.iam.keys_of(ACCOUNT, of.grant.iam_user) == ()
    assert [each.id for each in aws.iam.keys_of(ACCOUNT, of.grant.iam_user) or ()] == [made.id]
