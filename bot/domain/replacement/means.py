"""Choose what takes the place of a key by evidence: its usage, its IAM user, the account and the catalog."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.usage.key_usage import Usage


class Means(StrEnum):
    """What takes its place. Messages and rows hold these words."""

    ROLE = "role"  # of an instance, a task or a function
    GITHUB = "github"
    GITLAB = "gitlab"
    LOGIN = "login"  # aws login, for a person with a console password
    SSO = "sso"  # aws sso login, through Identity Center
    SESSION = "session"  # of the catalog
    ANYWHERE = "anywhere"  # IAM Roles Anywhere, for a server outside AWS
    UNKNOWN = "unknown"


CI = frozenset({Means.GITHUB, Means.GITLAB})
TOOLS = {"github actions": Means.GITHUB, "gitlab": Means.GITLAB}  # how the name of a tool begins
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`usage` is None if it was never read; `password` is None if the credential report doesn't say."""

    usage: Usage | None = None
    password: bool | None = None
    identity_center: bool = False
    session: bool = False  # the catalog offers a session instead of this very key


def choose(seen: Evidence) -> Means:
    """The machine comes before the person: a program can't sign in, and a person whose key it holds doesn't need it."""
    return candidates(seen)[0]


def candidates(seen: Evidence) -> tuple[Means, ...]:
    """Everything that the evidence points to, the strongest first. UNKNOWN alone if it points to nothing."""
    usage = seen.usage if seen.usage is not None and seen.usage.known else None
    tools = [each.name.casefold() for each in usage.tools] if usage else []
    found = [means for begins, means in TOOLS.items() if any(each.startswith(begins) for each in tools)]
    if usage and usage.in_aws:
        found.append(Means.ROLE)
    person = usage is not None and (usage.day_people > 0 or CONSOLE in tools)
    if seen.password or (person and not found):
        found.append(_for_a_person(seen))
    if seen.session and not found:
        found.append(Means.SESSION)
    if usage and usage.networks and not found:
        found.append(Means.ANYWHERE)
    return tuple(found) or (Means.UNKNOWN,)


def _for_a_person(seen: Evidence) -> Means:
    if seen.identity_center:
        return Means.SSO
    return Means.LOGIN if seen.password else Means.SESSION
