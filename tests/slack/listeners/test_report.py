"""The account report in Slack: chart, CSV and JSON in one message, and who may request it."""

import csv
import io
import json
import struct
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.slack.messages.chart import PATIENCE, Half, NotDrawn, can_draw, png
from bot.slack.sender import CLAIM, Sender
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.press import told

DAY = timedelta(days=1)


@pytest.fixture
def house(h: House) -> House:
    h.reader.key(MAIN, "ci", age=200 * DAY, idle=2 * DAY)
    h.reader.key(MAIN, "=cmd|' /C calc'!A0", age=20 * DAY)
    h.read_account()
    return h


def files(house: House) -> dict[str, dict[str, object]]:
    """By file extension."""
    return {str(each["name"]).rpartition(".")[2]: each for each in house.slack.world.uploads.values()}


def test_it_is_one_message_with_a_chart_and_both_tables(house: House) -> None:
    house.bob.command("/key report")
    assert "sending the report of main" in told(house.bob)
    house.send()
    message = house.bob.dms()[-1]
    assert "Access keys in main" in message.text
    assert "2 active keys" in message.text
    assert len(message.files) == 3
    chart = files(house)["png"]
    assert bytes(chart["content"])[:8] == b"\x89PNG\r\n\x1a\n"  # type: ignore[arg-type]
    assert "180 to 365 d: 1" in str(chart["alt_txt"])


def test_the_tables_hold_every_key_and_run_nothing(house: House) -> None:
    house.bob.command("/key report main")
    house.send()
    rows = list(csv.DictReader(io.StringIO(bytes(files(house)["csv"]["content"]).decode())))  # type: ignore[arg-type]
    assert [row["iam_user"] for row in rows] == ["ci", "'=cmd|' /C calc'!A0"]
    told = json.loads(bytes(files(house)["json"]["content"]))  # type: ignore[arg-type]
    assert told["keys"] == len(told["standing"]) == 2
    assert told["account"] == "main"


def test_without_a_chart_the_words_go_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise NotDrawn("exit code 1")

    monkeypatch.setattr("bot.slack.messages.reports.png", broken)
    house.bob.command("/key report")
    house.send()
    assert len(house.bob.dms()[-1].files) == 2


def test_without_the_extra_charts_the_report_has_no_picture_and_the_log_says_once_what_brings_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.messages.chart.find_spec", lambda _name: None)
    can_draw.cache_clear()
    try:
        with capture_logs() as logged:
            for times in (1, 2):
                house.bob.command("/key report")
                house.send()
                assert len(house.slack.world.uploads) == 2 * times
        said = [each["event"] for each in logged if "latchkey-bot[charts]" in str(each["event"])]
        assert len(said) == 1
    finally:
        can_draw.cache_clear()
    assert set(files(house)) == {"csv", "json"}


def test_a_chart_that_outlives_its_claim_is_not_posted_beside_another_workers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Sender(house.deps)
    drawn: list[int] = []

    def slow(*_: object) -> bytes:
        drawn.append(len(drawn))
        if len(drawn) == 1:
            house.clock.advance(CLAIM)
            other.run_once()
        return b"png"

    monkeypatch.setattr("bot.slack.messages.reports.png", slow)
    before = len(house.bob.dms())
    house.bob.command("/key report")
    house.send()
    assert len(drawn) == 2
    assert len(house.bob.dms()) == before + 1
    with house.work.begin() as tx:
        assert tx.outbox.due(house.clock.now() + CLAIM, 9) == ()


def test_a_child_that_draws_ends_within_the_claim() -> None:
    assert timedelta(seconds=PATIENCE) < CLAIM


def test_pending_is_empty_for_those_who_cannot_decide(house: House) -> None:
    house.alice.command("/key report")
    assert "Only approvers" in told(house.alice)
    house.send()
    assert not house.slack.world.uploads


def test_a_wrong_name_is_answered_with_the_right_ones(house: House) -> None:
    house.bob.command("/key report prod")
    assert "You can ask for: main." in told(house.bob)


def test_the_chart_is_a_wide_png() -> None:
    drawn = png("Keys", [Half("By age", ["young", "old"], [3, 1], 1), Half("By use", ["never"], [0], 0)])
    wide, high = struct.unpack(">II", drawn[16:24])
    assert wide > 2 * high > 500


def test_a_chart_that_cannot_be_drawn_says_so() -> None:
    with pytest.raises(NotDrawn, match="exit code"):
        png("Keys", [])
