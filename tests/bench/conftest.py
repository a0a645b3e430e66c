"""How benchmarks show what they measured."""

import pytest

from tests.bench.figures import Figures


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]):
    """Prints figures past pytest's capture: they are what the run is for."""

    def printed(found: list[Figures]) -> None:
        with capsys.disabled():
            print()
            for each in found:
                each.show()

    return printed
