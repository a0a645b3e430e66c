"""The worker's sweeps: each has a unique name, and none fails when there is nothing to do."""

from collections import Counter

from bot.domain.events import Tag
from bot.flows.requests.config_changes import CATALOG
from tests.slack.kit import House


def test_each_has_its_name_to_itself(h: House) -> None:
    assert [name for name, many in Counter(each.name for each in h.sweeps()).items() if many > 1] == []


def test_background_cleanup_is_on_the_schedule(h: House) -> None:
    """Deletes old rows, and makes due what a wrong clock postponed."""
    assert {"prune", "clock-jumps"} <= {each.name for each in h.sweeps()}


def test_a_worker_that_starts_records_how_the_catalog_has_changed(h: House) -> None:
    h.sweep()
    assert [each.tag for each in h.audit(CATALOG)] == [Tag.CATALOG_CHANGED]


def test_none_fails_where_there_is_nothing_to_do(h: House) -> None:
    for each in h.sweeps():
        each.run()
    assert h.iam.acts == []
    assert all(each.seconds > 0 for each in h.sweeps())
