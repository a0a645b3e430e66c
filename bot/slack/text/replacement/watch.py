"""Messages about a key that its owner replaced: used again, or quiet."""

from collections.abc import Mapping

from bot.domain.replacement.means import Means
from bot.domain.replacement.shell import aws
from bot.domain.replacement.watch import Watch
from bot.slack.text.formatting import count, escape, key_of, moment

UNREAD: Mapping[str, str] = {
    "last-use": "AWS didn't say when it was used last",
    "denied": "the Reader role isn't allowed `cloudtrail:LookupEvents`",
    "throttled": "CloudTrail throttled Latchkey",
    "region-off": "the account has disabled the region of its last use",
    "failed": "CloudTrail couldn't be read",
    "old": "CloudTrail couldn't be read lately",
}
BY: Mapping[Means, str] = {
    Means.ROLE: "a role",
    Means.GITHUB: "GitHub OIDC",
    Means.GITLAB: "GitLab OIDC",
    Means.LOGIN: "`aws login`",
    Means.SSO: "Identity Center",
    Means.SESSION: "a session",
    Means.ANYWHERE: "IAM Roles Anywhere",
    Means.UNKNOWN: "something else",
}


def began() -> str:
    return (
        "Latchkey watches this key now. After two days in which nothing used it, you can switch it off. If something "
        "uses it, you get a message."
    )


def name(watch: Watch) -> str:
    return key_of(f"*`{escape(watch.user)}`*", watch.access_key_id)


def used(watch: Watch) -> str:
    by = f" by {escape(watch.used_by)}" if watch.used_by else ""
    return (
        f"{name(watch)} was used again{by}, {moment(watch.used_at)}. Something still has it: the two days start over."
    )


def quiet(watch: Watch) -> str:
    return f"Nothing used {name(watch)} for two days. {_took(watch)} Switch it off."


def by_hand(watch: Watch) -> str:
    """Where Latchkey may not act."""
    of = ("--user-name", watch.user, "--access-key-id", watch.access_key_id)
    line = aws("iam", "update-access-key", *of, "--status", "Inactive")
    return f"Latchkey may not act on it in this account. With rights in IAM:\n```{escape(line)}```"


def ended(watch: Watch) -> str:
    return f":white_check_mark: {name(watch)} is off. {_took(watch)}"


def _took(watch: Watch) -> str:
    by = BY[watch.means]
    return f"{by[0].upper()}{by[1:]} took its place."


def unknown(watch: Watch) -> str:
    why = UNREAD.get(watch.unread or "", "AWS couldn't be read")
    return f"The use of {name(watch)} is unknown: {why}. The two days start over."


def since(watch: Watch) -> str:
    """A later message says more."""
    return ended(watch) if watch.ended_at else f"{name(watch)}: there's a newer message about it."


def counted(found: Mapping[Means, int]) -> str:
    """For the account's report."""
    by = " · ".join(f"{number} by {BY[means]}" for means, number in sorted(found.items()))
    return f"{count(sum(found.values()), 'key')} ({by})"
