"""Who owns a key: each source in order, for every answer Slack may give."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership.leavers import COUNTDOWN, Leaver
from bot.domain.ownership.owner import OwnerDecision, Ownership, Presence, Source, resolve
from bot.domain.ownership.owner_tags import addresses, naming
from tests.fakes import ALICE, BOB, CAROL, DAVE, START

DAY = timedelta(days=1)
BEFORE = START - DAY
SAID = OwnerDecision(AccountName("main"), "job", BEFORE, CAROL, naming({"Slack": ALICE}), BOB, BEFORE)


@dataclass
class Says:
    """Everyone except dave is a full member; `found` holds known addresses."""

    other: Mapping[str, Presence] = field(default_factory=dict)
    found: tuple[SlackUserId | None, bool] = (None, True)

    def presence(self, owner: str) -> Presence:
        return self.other.get(owner, Presence.AWAY if owner == DAVE else Presence.HERE)

    def match(self, _name: str, _tags: Mapping[str, str]) -> tuple[SlackUserId | None, bool]:
        return self.found


def whose(
    tags: Mapping[str, str],
    says: Says | None = None,
    *,
    decision: OwnerDecision | None = None,
    before: Ownership | None = None,
) -> Ownership:
    return resolve("job", tags, decision, before, says or Says(), START)


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"Slack": ALICE, "owner": BOB}, ALICE),
        ({"sLaCk": f" {ALICE} "}, ALICE),
        ({"owner": BOB}, BOB),
        ({"Slack": "nobody", "owner": BOB}, BOB),
        ({"Slack": DAVE, "owner": BOB}, BOB),
        ({"Slack": "subteam-S0PLATFORM"}, "subteam-S0PLATFORM"),
        ({"Slack": "subteam^S0PLATFORM"}, "subteam-S0PLATFORM"),
        ({"latchkey:owner": CAROL}, CAROL),
        ({"SLACK": "W03CAROL "}, "W03CAROL"),
        ({"Slack": "@carol", "latchkey:owner": ALICE}, ALICE),
        ({"Slack": "carol"}, None),
        ({"Slack": "subteam-"}, None),
        ({"Slack": f"{CAROL} {ALICE}"}, None),
        ({"Owner": "alice"}, None),
        ({"email": "alice@example.com"}, None),
        ({"Slack": ""}, None),
        ({}, None),
    ],
)
def test_tags_in_their_order(tags: dict[str, str], owner: str | None) -> None:
    found = whose(tags)
    assert found.owner == owner
    assert found.owned is (owner is not None)
    assert found.member_at == (START if owner else None)


@pytest.mark.parametrize(
    ("tags", "doubt"),
    [
        ({"Slack": DAVE}, f"the tag Slack names {DAVE}, who isn't a full member of the workspace"),
        ({"Slack": "alice"}, "the tag Slack says “alice”, which isn't a Slack user id"),
        ({"owner": "data team"}, "the tag owner says “data team”, which isn't a Slack user id"),
        ({"owner": "alice@example.com"}, None),
    ],
)
def test_a_tag_that_names_no_one_is_reported_and_ignored(tags: dict[str, str], doubt: str | None) -> None:
    found = whose(tags)
    assert (found.owner, found.doubt) == (None, doubt)


def test_what_the_ledger_knows_stands_where_tags_say_nothing_and_an_address_comes_last() -> None:
    known = Ownership(CAROL, Source.TAG, BEFORE)
    assert whose({}, Says(found=(BOB, True)), before=known).owner == CAROL
    assert whose({"Slack": ALICE}, before=known).owner == ALICE
    assert whose({}, Says(found=(BOB, True))) == Ownership(BOB, Source.ADDRESS, START)


def test_an_address_that_now_finds_someone_else_changes_the_owner() -> None:
    known = Ownership(CAROL, Source.ADDRESS, BEFORE)
    assert whose({}, Says(found=(BOB, True)), before=known).owner == BOB
    assert whose({}, Says(found=(None, True)), before=known).owner == CAROL


def test_an_address_that_was_not_asked_for_is_unknown() -> None:
    assert whose({}, Says(found=(None, False))).owned is None


# --- decisions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"Slack": ALICE}, CAROL),
        ({"Slack": ALICE, "team": "another tag"}, CAROL),
        ({"Slack": BOB}, BOB),
        ({"Slack": ALICE, "owner": BOB}, ALICE),
        ({}, CAROL),
    ],
    ids=["the same", "the same naming", "another", "a changed one", "taken off"],
)
def test_what_was_said_outranks_the_tags_until_they_change(tags: dict[str, str], owner: str) -> None:
    known = Ownership(CAROL, Source.SAID, BEFORE)  # as stored in the ledger since then
    assert whose(tags, decision=SAID, before=known).owner == owner


def test_what_was_disowned_is_not_given_back() -> None:
    nobody = replace(SAID, owner=None, by=ALICE)
    found = Says(found=(ALICE, True))
    assert whose({"Slack": ALICE}, found, decision=nobody).owned is False
    assert whose({}, found, decision=nobody).owned is False, "not by their address either"
    assert whose({}, Says(found=(BOB, True)), decision=nobody).owner == BOB


# --- Slack ----------------------------------------------------------------------------------------------------------


def test_a_former_member_has_left() -> None:
    gone = Says({ALICE: Presence.AWAY})
    was = Ownership(ALICE, Source.TAG, BEFORE)
    for tags, decision in (({"Slack": ALICE}, None), ({}, None), ({"Slack": BOB}, None)):
        found = whose(tags, gone, before=was, decision=decision)
        assert (found.owner, found.left) == ((BOB, False) if tags.get("Slack") == BOB else (ALICE, True))
    said = whose({"Slack": ALICE}, Says({CAROL: Presence.AWAY}), decision=SAID)
    assert (said.owner, said.left) == (CAROL, True)


@pytest.mark.parametrize("tags", [{"Slack": ALICE}, {"Slack": BOB}, {"Slack": DAVE}, {}])
def test_where_slack_does_not_answer_nothing_changes(tags: dict[str, str]) -> None:
    silent = Says(dict.fromkeys((ALICE, BOB, CAROL, DAVE), Presence.UNKNOWN))
    was = Ownership(CAROL, Source.TAG, BEFORE)
    assert whose(tags, silent, before=was) == replace(was, left=None)
    assert whose(tags, silent).owned is (None if tags else False)
    assert whose({"Slack": ALICE}, silent, decision=SAID).left is None


def test_without_slack_a_tag_is_believed_except_for_doubtful_ones() -> None:
    unasked = Says(dict.fromkeys((ALICE, DAVE), Presence.UNASKED))
    found = whose({"Slack": ALICE}, unasked)
    assert (found.owner, found.member_at, found.left) == (ALICE, None, None)
    doubted = whose({"Slack": DAVE})
    assert whose({"Slack": DAVE}, unasked, before=doubted).owner is None


# --- addresses and countdowns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "tags", "found"),
    [
        ("job", {"email": "Alice@Example.com", "owner": "bob@example.com"}, ("alice@example.com", "bob@example.com")),
        ("carol@example.com", {}, ("carol@example.com",)),
        ("alice@example.com", {"email": "alice@example.com"}, ("alice@example.com",)),
        ("job", {"email": "alice", "owner": "a b@example.com", "Slack": "bob@example.com"}, ()),
        ("job", {"email": f"{'a' * 60}@{'b' * 200}.com"}, ()),
    ],
)
def test_addresses_are_of_tags_and_names(name: str, tags: dict[str, str], found: tuple[str, ...]) -> None:
    assert addresses(name, tags) == found


@pytest.mark.parametrize(
    ("after", "stage"),
    [(0, 14), (6.9, 14), (7, 7), (12.9, 7), (13, 1), (13.9, 1), (14, 0), (400, 0)],
)
def test_the_countdown_is_reported_at_its_stages(after: float, stage: int) -> None:
    assert COUNTDOWN == 14 * DAY
    assert Leaver("l1", ALICE, START).stage(START + after * DAY) == stage * DAY
