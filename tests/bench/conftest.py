"""How benchmarks print their results."""

import pytest

from tests.bench.figures import Figures


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]):
    """Prints the figures despite pytest's capture."""

    def printed(found: list[Figures]) -> None:
        with capsys.disabled():
            print()
            for each in found:
                each.show()

    return printed
