"""What each finding rule is shown: below, at and above its threshold, and what couldn't be read."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.catalog import Hygiene
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.finding_rules import REPLACE_AFTER, Verdict
from bot.domain.hygiene.service_credential import BEDROCK, ServiceCredential, ServiceStatus
from bot.domain.schedule import ENDING_STAGES
from bot.domain.usage.last_used import LastUsed
from tests.fakes import START

RULE = Hygiene()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
K, FOUND, CLEAR, UNKNOWN = FindingKind, Verdict.FOUND, Verdict.CLEAR, Verdict.UNKNOWN
NEVER = LastUsed(None)


def used(before: timedelta) -> LastUsed:
    return LastUsed(START - before, "s3", "eu-central-1")


def key(age: timedelta, use: LastUsed | None, **more: Any) -> Seen:
    return Seen(START, **{"active": True, "created_at": START - age, "used": use, **more})


def user(**more: Any) -> Seen:
    return Seen(START, **more)


def beside(younger: timedelta, use: LastUsed | None, **more: Any) -> Seen:
    return key(200 * DAY, use, younger_made_at=START - younger, **more)


def leased(left: timedelta) -> Seen:
    return key(DAY, NEVER, lease_until=START + left)


def made(*moments: timedelta) -> dict[str, Any]:
    """Active keys created this long ago."""
    ages: list[datetime] = sorted(START - each for each in moments)
    return {"active_keys": len(ages), "second_made_at": ages[1] if len(ages) > 1 else None, "keys": len(ages)}


def service(age: timedelta = DAY, life: timedelta | None = None, **more: Any) -> Seen:
    """A CodeCommit password, unless it's said otherwise."""
    made_at = START - age
    given: dict[str, Any] = {"service": "codecommit.amazonaws.com", "status": ServiceStatus.ACTIVE}
    row = {**given, "created_at": made_at, "expires_at": made_at + life if life else None, **more}
    return Seen(START, service=ServiceCredential("ACCA1", "carol", **row))


def bedrock(age: timedelta = DAY, life: timedelta | None = None, **more: Any) -> Seen:
    return service(age, life, service=BEDROCK, **more)


def on(**more: Any) -> Seen:
    return key(DAY, NEVER, **more)


ROLES = ("AdministratorAccess allows every change in IAM",)
WEEK, MONTH = RULE.overlap, REPLACE_AFTER
ROWS: list[tuple[FindingKind, str, Seen, Verdict]] = [
    (K.STALE, "below", key(RULE.stale - SECOND, used(DAY)), CLEAR),
    (K.STALE, "at", key(RULE.stale, used(DAY)), FOUND),
    (K.STALE, "above", key(RULE.stale + 300 * DAY, used(DAY)), FOUND),
    (K.STALE, "switched off", key(RULE.stale, used(DAY), active=False), CLEAR),
    (K.STALE, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.STALE, "unreadable age", replace(key(DAY, used(DAY)), created_at=None), UNKNOWN),
    (K.STALE, "unreadable state", key(900 * DAY, used(DAY), active=None), UNKNOWN),
    (K.UNUSED, "below", key(100 * DAY, used(RULE.unused - SECOND)), CLEAR),
    (K.UNUSED, "at", key(100 * DAY, used(RULE.unused)), FOUND),
    (K.UNUSED, "above", key(100 * DAY, used(RULE.unused + DAY)), FOUND),
    (K.UNUSED, "switched off", key(100 * DAY, used(RULE.unused), active=False), CLEAR),
    (K.UNUSED, "never used is another row", key(100 * DAY, NEVER), CLEAR),
    (K.UNUSED, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.UNUSED, "unreadable state", key(100 * DAY, used(RULE.unused), active=None), UNKNOWN),
    (K.NEVER_USED, "below", key(RULE.never_used - SECOND, NEVER), CLEAR),
    (K.NEVER_USED, "at", key(RULE.never_used, NEVER), FOUND),
    (K.NEVER_USED, "above", key(RULE.never_used + DAY, NEVER), FOUND),
    (K.NEVER_USED, "used once", key(RULE.never_used, used(DAY)), CLEAR),
    (K.NEVER_USED, "switched off", key(RULE.never_used, NEVER, active=False), CLEAR),
    (K.NEVER_USED, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.NEVER_USED, "unreadable age", replace(key(DAY, NEVER), created_at=None), UNKNOWN),
    (K.TWO_ACTIVE, "below: one key", user(**made(99 * DAY)), CLEAR),
    (K.TWO_ACTIVE, "below: a rotation", user(**made(99 * DAY, WEEK - SECOND)), CLEAR),
    (K.TWO_ACTIVE, "at", user(**made(99 * DAY, WEEK)), FOUND),
    (K.TWO_ACTIVE, "above", user(**made(99 * DAY, 98 * DAY, DAY)), FOUND),
    (K.TWO_ACTIVE, "unreadable number", user(), UNKNOWN),
    (K.TWO_ACTIVE, "unreadable age", user(active_keys=2), UNKNOWN),
    (K.OLD_IN_USE, "below", beside(20 * DAY, used(20 * DAY - WEEK + SECOND)), CLEAR),
    (K.OLD_IN_USE, "at", beside(20 * DAY, used(20 * DAY - WEEK)), FOUND),
    (K.OLD_IN_USE, "above", beside(20 * DAY, used(SECOND)), FOUND),
    (K.OLD_IN_USE, "used before only", beside(20 * DAY, used(21 * DAY)), CLEAR),
    (K.OLD_IN_USE, "no successor", key(200 * DAY, used(SECOND)), CLEAR),
    (K.OLD_IN_USE, "switched off", beside(20 * DAY, used(SECOND), active=False), CLEAR),
    (K.OLD_IN_USE, "unreadable use", beside(20 * DAY, None), UNKNOWN),
    (K.OLD_IN_USE, "unreadable state", beside(20 * DAY, used(SECOND), active=None), UNKNOWN),
    (K.REPLACEABLE, "below", key(MONTH - SECOND, used(DAY), session_instead="a session"), CLEAR),
    (K.REPLACEABLE, "at", key(MONTH, used(DAY), session_instead="a session"), FOUND),
    (K.REPLACEABLE, "above", key(MONTH + DAY, used(DAY), session_instead="a session"), FOUND),
    (K.REPLACEABLE, "no session stands in", key(MONTH, used(DAY)), CLEAR),
    (K.REPLACEABLE, "unreadable use", key(MONTH, None, session_instead="a session"), UNKNOWN),
    (K.LEASE_ENDING, "below", leased(ENDING_STAGES[0] + SECOND), CLEAR),
    (K.LEASE_ENDING, "at", leased(ENDING_STAGES[0]), FOUND),
    (K.LEASE_ENDING, "above", leased(SECOND), FOUND),
    (K.LEASE_ENDING, "over", leased(timedelta(0)), CLEAR),
    (K.LEASE_ENDING, "unreadable", key(DAY, NEVER), UNKNOWN),
    (K.LEAVER, "there", user(owner_left=False), CLEAR),
    (K.LEAVER, "left", user(owner_left=True), FOUND),
    (K.LEAVER, "unreadable", user(), UNKNOWN),
    (K.OWNERLESS, "owned", user(owned=True, keys=1), CLEAR),
    (K.OWNERLESS, "below: no key", user(owned=False, keys=0), CLEAR),
    (K.OWNERLESS, "at: one key", user(owned=False, keys=1), FOUND),
    (K.OWNERLESS, "above", user(owned=False, keys=2), FOUND),
    (K.OWNERLESS, "unreadable", user(keys=1), UNKNOWN),
    (K.OWNERLESS, "unreadable keys", user(owned=False), UNKNOWN),
    (K.ROOT_KEY, "below", user(root=True, active_keys=0), CLEAR),
    (K.ROOT_KEY, "at", user(root=True, active_keys=1), FOUND),
    (K.ROOT_KEY, "above", user(root=True, active_keys=2), FOUND),
    (K.ROOT_KEY, "another user", user(active_keys=2), CLEAR),
    (K.ROOT_KEY, "unreadable", user(root=True), UNKNOWN),
    (K.NO_MFA, "no password", user(password=False, mfa=False), CLEAR),
    (K.NO_MFA, "both", user(password=True, mfa=True), CLEAR),
    (K.NO_MFA, "only a password", user(password=True, mfa=False), FOUND),
    (K.NO_MFA, "unreadable password", user(mfa=False), UNKNOWN),
    (K.NO_MFA, "unreadable MFA", user(password=True), UNKNOWN),
    (K.QUARANTINED, "free", user(quarantined=False), CLEAR),
    (K.QUARANTINED, "quarantined", user(quarantined=True), FOUND),
    (K.QUARANTINED, "unreadable", user(), UNKNOWN),
    (K.MORE_THAN_TWO, "below", user(keys=1), CLEAR),
    (K.MORE_THAN_TWO, "at what is meant", user(keys=2), CLEAR),
    (K.MORE_THAN_TWO, "above", user(keys=3), FOUND),
    (K.MORE_THAN_TWO, "unreadable", user(), UNKNOWN),
    (K.ORPHAN, "known", key(DAY, NEVER, stranger=False), CLEAR),
    (K.ORPHAN, "unknown to the ledger", key(DAY, NEVER, stranger=True), FOUND),
    (K.ORPHAN, "unreadable", key(DAY, NEVER), UNKNOWN),
    (K.UNKNOWN_USER, "a grant's", user(unknown_user=False), CLEAR),
    (K.UNKNOWN_USER, "nobody's", user(unknown_user=True, keys=1), FOUND),
    (K.UNKNOWN_USER, "unreadable", user(), UNKNOWN),
    (K.UNKNOWN_KEY, "known", key(DAY, NEVER, unknown_key=False), CLEAR),
    (K.UNKNOWN_KEY, "not in the ledger", key(DAY, NEVER, unknown_key=True), FOUND),
    (K.UNKNOWN_KEY, "just made", key(DAY, NEVER), UNKNOWN),
    (K.SHARED, "below", on(day_networks=2, day_people=1), CLEAR),
    (K.SHARED, "at: networks", on(day_networks=3, day_people=0), FOUND),
    (K.SHARED, "at: people", on(day_networks=1, day_people=2), FOUND),
    (K.SHARED, "above, the other unread", on(day_networks=9), FOUND),
    (K.SHARED, "switched off", on(day_networks=9, day_people=9, active=False), CLEAR),
    (K.SHARED, "unread people", on(day_networks=2), UNKNOWN),
    (K.SHARED, "unread networks", on(day_people=1), UNKNOWN),
    (K.CROSS_ACCOUNT_USE, "below", on(foreign_accounts=()), CLEAR),
    (K.CROSS_ACCOUNT_USE, "at", on(foreign_accounts=("210987654321",)), FOUND),
    (K.CROSS_ACCOUNT_USE, "switched off", on(foreign_accounts=("210987654321",), active=False), CLEAR),
    (K.CROSS_ACCOUNT_USE, "unread", on(), UNKNOWN),
    (K.ADMIN_POWER, "below", on(power=()), CLEAR),
    (K.ADMIN_POWER, "at", on(power=ROLES), FOUND),
    (K.ADMIN_POWER, "switched off", on(power=ROLES, active=False), CLEAR),
    (K.ADMIN_POWER, "unreadable state", on(power=ROLES, active=None), UNKNOWN),
    (K.ADMIN_POWER, "unreadable policies", on(), UNKNOWN),
    (K.CONSOLE_AND_KEY, "no password", user(password=False, active_keys=1), CLEAR),
    (K.CONSOLE_AND_KEY, "no key", user(password=True, active_keys=0), CLEAR),
    (K.CONSOLE_AND_KEY, "both", user(password=True, active_keys=1), FOUND),
    (K.CONSOLE_AND_KEY, "root", user(password=True, active_keys=1, root=True), CLEAR),
    (K.CONSOLE_AND_KEY, "unreadable password", user(active_keys=1), UNKNOWN),
    (K.CONSOLE_AND_KEY, "unreadable keys", user(password=True), UNKNOWN),
    (K.UNUSED_PERMISSIONS, "below", on(unused_services=()), CLEAR),
    (K.UNUSED_PERMISSIONS, "at", on(unused_services=("sqs",)), FOUND),
    (K.UNUSED_PERMISSIONS, "unread", on(), UNKNOWN),
    (K.BEDROCK_KEY, "below", bedrock(life=MONTH - SECOND), CLEAR),
    (K.BEDROCK_KEY, "at", bedrock(life=MONTH), FOUND),
    (K.BEDROCK_KEY, "above: without an end", bedrock(), FOUND),
    (K.BEDROCK_KEY, "for another service", service(), CLEAR),
    (K.BEDROCK_KEY, "inactive", bedrock(status=ServiceStatus.INACTIVE), CLEAR),
    (K.BEDROCK_KEY, "expired by AWS", bedrock(status=ServiceStatus.EXPIRED), CLEAR),
    (K.BEDROCK_KEY, "over its end", bedrock(age=MONTH, life=MONTH), CLEAR),
    (K.BEDROCK_KEY, "a status that is new", bedrock(status=None), UNKNOWN),
    (K.BEDROCK_KEY, "unreadable age", bedrock(created_at=None, expires_at=START + 90 * DAY), UNKNOWN),
    (K.BEDROCK_KEY, "unread", user(), UNKNOWN),
    (K.SERVICE_KEY, "below", service(RULE.stale - SECOND), CLEAR),
    (K.SERVICE_KEY, "at", service(RULE.stale), FOUND),
    (K.SERVICE_KEY, "above", service(900 * DAY, life=1000 * DAY), FOUND),
    (K.SERVICE_KEY, "a Bedrock key", bedrock(900 * DAY), CLEAR),
    (K.SERVICE_KEY, "expired", service(900 * DAY, status=ServiceStatus.EXPIRED), CLEAR),
    (K.SERVICE_KEY, "unreadable age", service(created_at=None), UNKNOWN),
    (K.SERVICE_KEY, "unread", user(), UNKNOWN),
]
