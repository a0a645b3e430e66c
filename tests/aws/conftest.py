"""The two implementations of the contract tests, and the stand-in alone."""

from collections.abc import Iterator

import pytest

from tests.aws.fake import FakeAws
from tests.aws.kit import AwsWorld, MotoAws
from tests.fakes import FakeClock


@pytest.fixture(params=["fake", "boto3"])
def world(request: pytest.FixtureRequest, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsWorld]:
    made = FakeAws(clock) if request.param == "fake" else MotoAws(clock, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def aws(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoAws]:
    made = MotoAws(clock, monkeypatch)
    yield made
    made.close()
