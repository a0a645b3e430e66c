"""A lease that the database extends: the admins read what it claims and what was approved."""

from datetime import UTC, datetime

from bot.flows.lifecycle import renew_apply
from tests.slack.kit import House


def test_the_admins_are_notified_once_with_both_dates(h: House) -> None:
    h.live()
    with h.work.begin() as tx:
        (grant,) = tx.grants.of_owner(h.alice.id)
        tx.grants.set_lease(grant.id, datetime(2126, 1, 1, tzinfo=UTC))
        tx.grants.set_renewal(grant.id, datetime(2126, 1, 1, tzinfo=UTC), None)
    for _ in range(2):
        renew_apply.extend(h.context)
        h.send()
    (said,) = [each.words for each in h.bob.dms() if "someone changed the database" in each.words]
    assert "doesn't send the later date" in said
    assert grant.iam_user in said
