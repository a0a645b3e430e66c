"""What nobody used under a lease, in its expiry notice and on the card of its renewal."""

from tests.flows.catalog import entitlement
from tests.slack.kit import House
from tests.slack.press import top

WIDE = entitlement("wide", policy=None, policy_arns=("arn:aws:iam::aws:policy/X",), services=("s3", "dynamodb"))


def test_the_notice_and_the_renewal_name_what_nobody_used(h: House) -> None:
    h.catalog.entitlements[WIDE.id] = WIDE  # type: ignore[index]
    h.live("wide", "30d")
    h.advance(days=16)
    h.sweep()
    assert not [each for each in h.alice.dms() if "Nobody used" in each.words], "unknown stays unsaid"
    h.iam.accessed[h.grant().iam_user] = {"s3": h.clock.now(), "dynamodb": None}
    h.advance(minutes=1)
    h.sweep()
    (bell,) = [each for each in h.alice.dms() if ":bell:" in each.words]
    assert "Nobody used DynamoDB with it" in bell.words
    h.alice.press(bell, "grant:renew")
    assert h.alice.submit(top(h.alice), {"duration": "30d", "justification": "still needed"}).ok
    h.send()
    card = h.bob.channel("C01OPS")[-1]
    assert "Nobody used DynamoDB with it" in card.words
    assert "ask for less" in card.words
