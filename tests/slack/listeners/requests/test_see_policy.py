"""See policy: who may open it, and what the window shows."""

import json
from dataclasses import replace

from bot.domain.catalog import Kind
from bot.slack.listeners.requests.see_policy import window
from bot.slack.text.approval import policy
from tests.domain.policies.documents import REPORTS, allow
from tests.domain.policies.documents import policy as written
from tests.flows.catalog import MAIN, entitlement
from tests.slack.kit import House
from tests.slack.press import told, top


def test_approvers_the_requester_and_the_owner_see_it_and_nobody_else(h: House) -> None:
    card = h.requested()
    for each in (h.bob, h.alice, h.dave):
        assert each.press(card, "request:policy").ok
        assert '"Action": "s3:GetObject"' in top(each).words
        assert "policy/latchkey/boundary" in top(each).words
        each.close(top(each))
    h.carol.press(card, "request:policy")
    assert h.carol.modal() is None
    assert "approver" in told(h.carol)


def test_it_can_still_be_seen_after_the_decision_by_who_has_the_message_open(h: House) -> None:
    card = h.requested()
    h.approve(card)
    h.bob.press(card, "request:policy")
    assert "s3:GetObject" in top(h.bob).words


def test_an_entitlement_that_is_gone_is_said(h: House) -> None:
    card = h.requested()
    h.catalog.entitlements.pop("reports-read")  # type: ignore[attr-defined]
    h.alice.press(card, "request:policy")
    assert "no longer offers" in top(h.alice).words


def test_a_list_of_what_waits_says_the_access_and_opens_the_policy(h: House) -> None:
    h.requested()
    h.bob.command("/key pending")
    listed = h.bob.ephemerals()[-1]
    assert "Access: read objects in s3://reports; nothing else" in listed.words
    h.bob.press(listed, "request:policy")
    assert "s3:GetObject" in top(h.bob).words


def words(**changes: object) -> str:
    return json.dumps(window(entitlement("x", **changes), MAIN))


def test_what_limits_it_is_named() -> None:
    said = words(source_ips=("203.0.113.0/24",), source_vpces=("vpce-0a1b2c3d",), may_assume=("arn:aws:iam::1:role/r",))
    for each in ("203.0.113.0/24", "vpce-0a1b2c3d", "role/r", "boundary"):
        assert each in said
    said = words(kind=Kind.SESSION, policy=None, role_arn="arn:aws:iam::123456789012:role/reports")
    assert "role/reports" in said
    assert "boundary" not in said
    assert "whatever its role may do" in said
    assert "policy/reports" in words(policy=None, policy_arns=("arn:aws:iam::1:policy/reports",), services=("s3",))


def test_a_long_policy_is_split_into_blocks_and_nothing_is_lost() -> None:
    text = written(*(allow(f"s3:GetObject{at}", f"arn:aws:s3:::{'b' * 50}{at}/*") for at in range(60)))
    parts = policy.document(text)
    assert 1 < len(parts) <= policy.PARTS_MOST
    assert all(len(each) <= 3000 for each in parts)
    assert json.loads("\n".join(each.removeprefix("```").removesuffix("```") for each in parts)) == json.loads(text)


def test_what_does_not_fit_is_said() -> None:
    parts = policy.document(written(*(allow(f"s3:GetObject{at}", REPORTS) for at in range(1000))))
    assert len(parts) == policy.PARTS_MOST + 1
    assert "more lines don't fit" in parts[-1]
    assert all(len(each) <= 3000 for each in parts)


def test_a_line_longer_than_a_block_and_hostile_text() -> None:
    parts = policy.document(written(allow("s3:GetObject", "arn:aws:s3:::" + "<&```>" * 3000)))
    assert all(len(each) <= 3000 and each.count("```") == 2 for each in parts if each.startswith("```"))
    assert "<&" not in "".join(parts)


def test_the_window_fits(h: House) -> None:
    big = written(*(allow(f"s3:GetObject{at}", REPORTS) for at in range(2000)))
    h.catalog.entitlements["reports-read"] = replace(h.catalog.entitlements["reports-read"], policy=big)  # type: ignore[index]
    card = h.requested()
    assert h.bob.press(card, "request:policy").ok
    assert "don't fit" in top(h.bob).words
