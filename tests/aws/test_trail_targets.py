"""What a call made or changed is read from the event, bounded, and never with anything but text."""

import json
from typing import Any

import pytest

from bot.aws.cloudtrail import event
from bot.aws.trail_targets import OTHERS, SHAPES, TEXT_MOST, call_name
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import Event
from tests.aws import trail_events as of
from tests.fakes import START

LEAKED = AccessKeyId(of.LEAKED)


def read(parts: of.Parts, key: str = of.LEAKED, **changes: Any) -> Event:
    found = event(of.row(START, parts, key, **changes), of.ACCOUNT, AccessKeyId(key), "us-east-1")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("parts", "target", "detail", "key"),
    [
        (of.CREATE_USER, "backup", None, None),
        (of.CREATE_KEY, "backup", None, of.NEW_KEY),
        (of.CREATE_OWN_KEY, "backup", None, of.NEW_KEY),
        (of.CREATE_LOGIN, "backup", None, None),
        (of.ATTACH, "backup", of.ADMIN, None),
        (of.PUT_POLICY, "reports", "all", None),
        (of.CREATE_ROLE, "helper", None, None),
        (of.ASSUME, of.DEPLOY, "x", of.SESSION),
        (of.SESSION_TOKEN, None, None, of.SESSION),
        (of.BUCKET_POLICY, "reports", None, None),
        (of.RUN, "i-00, i-01, i-02 and 2 more", "p4d.24xlarge", None),
        (of.STOP_TRAIL, "organization", None, None),
        (of.LAMBDA, "miner", None, None),
        (of.LEAVE, None, None, None),
        (of.TAG, "x", None, None),
        (of.SECRET, "prod/db", None, None),
    ],
)
def test_what_each_documented_event_is_about(
    parts: of.Parts, target: str | None, detail: str | None, key: str | None
) -> None:
    seen = read(parts)
    assert (seen.target, seen.detail, seen.key, seen.by) == (target, detail, key, LEAKED)
    assert seen.read_only is parts[1].startswith(("Get", "Assume"))


def test_the_date_of_an_api_is_not_part_of_a_calls_name() -> None:
    assert read(of.LAMBDA).name == "CreateFunction"
    assert call_name("UpdateFunctionCode20150331v2") == "UpdateFunctionCode"
    assert call_name("CreateDistribution2020_05_31") == "CreateDistribution"
    assert call_name("20150331") == "20150331"


@pytest.mark.parametrize("said", [None, "true", "False", 7])
def test_whether_a_call_only_reads_is_also_said_beside_the_event(said: object) -> None:
    row = of.row(START, of.CREATE_USER, readOnly=None) | {"ReadOnly": said}
    seen = event(row, of.ACCOUNT, LEAKED, "us-east-1")
    assert seen is not None
    assert seen.read_only == {"true": True, "False": False}.get(str(said))


@pytest.mark.parametrize(
    "name",
    [
        "x" * 9000,
        "\x00\u202e\u2066a\u200b" * 500,
        "half \ud83d of a pair",
        "<!channel> `rm` & <https://evil.example|ok>",
        ["a", {"b": "c"}, 7, None, ["d"]],
        {"userName": "nested"},
        7,
        "",
        " \n ",
    ],
)
def test_a_hostile_name_is_bounded_text_or_nothing(name: object) -> None:
    for parts in (of.CREATE_USER, of.CREATE_KEY, of.RUN, of.TAG, of.ASSUME):
        fields = [part for path in SHAPES.get(f"{parts[0]}:{parts[1]}", OTHERS).target for part in path.split(".")[1:]]
        told = dict.fromkeys(fields, name) | {"credentials": name, "accessKey": name, "instancesSet": {"items": name}}
        seen = read(parts, requestParameters=told, responseElements=told)
        for each in (seen.target, seen.detail, seen.key):
            assert each is None or (0 < len(each) <= 3 * TEXT_MOST + 20 and each.isprintable())
        assert seen.key is None


def test_an_event_of_a_million_instances_is_not_walked() -> None:
    many = {"instancesSet": {"items": [{"instanceId": f"i-{n}"} for n in range(100_000)]}}
    assert read(of.RUN, responseElements=many).target == "i-0, i-1, i-2 and 997 more"
    deep: object = "x"
    for _ in range(500):
        deep = {"userName": deep}
    assert read(of.CREATE_USER, requestParameters=json.loads(json.dumps(deep))).target is None
