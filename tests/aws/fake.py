"""The fake AWS with the extra methods of the contract tests."""

from datetime import datetime
from typing import ClassVar, Literal

from bot.domain.errors import AwsError, AwsRefused, Doubtful, Throttled, TwoKeys
from bot.domain.ids import AccessKeyId
from tests.aws.kit import ACCOUNT, ID, FailKind
from tests.fakes import FakeClock, FakeIam


class FakeAws:
    ERRORS: ClassVar[dict[str, AwsError]] = {
        "lost": Doubtful("CreateAccessKey", "ConnectionClosedError"),
        "broken": Doubtful("CreateAccessKey", "ServiceFailure"),
        "throttled": Throttled("CreateAccessKey", "Throttling"),
        "refused": AwsRefused("CreateAccessKey", "AccessDenied"),
        "two keys": TwoKeys("CreateAccessKey", "LimitExceeded"),
    }

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.iam = clock, FakeIam(clock)

    def truth(self, user: str) -> dict[AccessKeyId, bool] | None:
        found = self.iam.users.get((ID, user))
        return None if found is None else {key.id: key.active for key in found.keys.values()}

    def lease(self, user: str) -> datetime | None:
        return self.iam.users[ID, user].spec.grant.lease_until  # type: ignore[union-attr]

    def devices(self) -> dict[str, str | None]:
        return dict(self.iam.devices)

    def foreign_user(self, user: str) -> None:
        self.iam.plant_key(ACCOUNT, user)

    def rename(self, user: str, name: str) -> None:
        self.iam.rename(ACCOUNT, user, name)

    def spoil_boundary(self, how: Literal["NoSuchEntity", "Differs"]) -> None:
        self.iam.bad_boundaries[ID] = how

    def fail_create_key(self, kind: FailKind) -> None:
        self.iam.fail_at("create_key", self.ERRORS[kind], after=kind == "lost")

    def creations(self) -> int:
        return self.iam.count("create_key")

    def hide_last_use(self) -> None:
        self.iam.uses = dict.fromkeys(self.iam.all_keys())

    def close(self) -> None:
        pass
