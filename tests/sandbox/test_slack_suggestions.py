"""An external select in the pretend Slack: a signed block_suggestion, and only what the app suggested can be chosen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request

from bot.sandbox.slack import Actor, StandIn, Unplayable, View
from tests.fakes import ALICE
from tests.sandbox.slack_kit import served

OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "one"}
VIEW: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Choose"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What?"},
            "element": {"type": "external_select", "action_id": "value", "min_query_length": 2},
        }
    ],
}


class Played:
    """An app whose suggestions a test decides."""

    def __init__(self, slack: StandIn) -> None:
        self.slack, self.suggests, self.seen = slack, {"options": [OPTION]}, list[dict[str, Any]]()
        self.app = Flask("app")
        self.app.add_url_rule("/", view_func=self.take, methods=["POST"])

    def take(self) -> Any:
        payload = json.loads(request.form["payload"])
        self.seen.append(payload)
        return self.suggests if payload["type"] == "block_suggestion" else ""

    @property
    def alice(self) -> Actor:
        return self.slack.as_person(ALICE)

    @property
    def view(self) -> View:
        found = self.alice.modal()
        assert found is not None
        return found


@pytest.fixture
def played() -> Iterator[Played]:
    with StandIn() as slack:
        made = Played(slack)
        with served(made.app) as url:
            slack.deliver_to(url)
            slack.world.windows.open(ALICE, VIEW)
            yield made


def test_what_was_typed_goes_to_the_app_with_the_window(played: Played) -> None:
    assert played.alice.suggest(played.view, "what", "on").suggested == {"options": [OPTION]}
    (sent,) = played.seen
    assert (sent["type"], sent["block_id"], sent["action_id"], sent["value"]) == (
        "block_suggestion", "what", "value", "on"
    )  # fmt: skip
    assert sent["view"]["state"]["values"]["what"]["value"]["selected_option"] is None


def test_too_short_a_text_asks_nothing(played: Played) -> None:
    assert played.alice.suggest(played.view, "what", "o").suggested == {}
    assert played.seen == []


def test_only_what_was_suggested_can_be_chosen(played: Played) -> None:
    with pytest.raises(Unplayable):
        played.alice.submit(played.view, {"what": "one"})
    played.alice.suggest(played.view, "what", "on")
    assert played.alice.submit(played.view, {"what": "one"}).ok
    assert played.seen[-1]["view"]["state"]["values"]["what"]["value"]["selected_option"] == OPTION


def test_nothing_found_is_no_fault(played: Played) -> None:
    played.suggests = {"options": []}
    assert played.alice.suggest(played.view, "what", "on").ok
    assert played.slack.complaints == []


@pytest.mark.parametrize(
    "suggests", [{"options": [OPTION] * 101}, {"options": [{"value": "one"}]}, {}, {"option_groups": [{"options": []}]}]
)
def test_more_or_other_than_slack_takes_is_a_complaint(played: Played, suggests: dict[str, Any]) -> None:
    played.suggests = suggests
    assert played.alice.suggest(played.view, "what", "on").error == "invalid_response"
    assert played.slack.complaints
