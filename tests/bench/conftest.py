"""Benchmarks run only when they are named: a plain `pytest` leaves them out."""

import pytest

from tests.bench.figures import Figures


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "bench" in (config.option.markexpr or ""):
        return
    left_out = [each for each in items if each.get_closest_marker("bench")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in set(left_out)]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]):
    """Prints figures past pytest's capture: they are what the run is for."""

    def printed(found: list[Figures]) -> None:
        with capsys.disabled():
            print()
            for each in found:
                each.show()

    return printed
