"""The window that says what should take the place of a key, and why."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.replacement.allowed import Difference
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Watch
from bot.domain.usage.key_usage import Usage
from bot.domain.usage.last_used import LastUsed
from bot.flows.replacement.choice import Choice
from bot.slack.text import usage as usages
from bot.slack.text.formatting import ago, escape, key_of, listed, moment, person

NAMES: Mapping[Means, str] = {
    Means.ROLE: "On an instance, a task or a function of AWS",
    Means.GITHUB: "In GitHub Actions",
    Means.GITLAB: "In GitLab CI",
    Means.LOGIN: "With a person who signs in to the console",
    Means.SSO: "With a person in Identity Center",
    Means.SESSION: "With a person at a terminal",
    Means.ANYWHERE: "On a server outside AWS",
    Means.UNKNOWN: "I don't know",
}
"""Where it runs, as a choice."""
TAKES: Mapping[Means, str] = {
    Means.ROLE: "*a role* of the instance, task or function. AWS renews its credentials, and nobody holds a key",
    Means.GITHUB: "*GitHub's OIDC token*: the workflow takes a role, and no secret is stored",
    Means.GITLAB: "*GitLab's OIDC token*: the job takes a role, and no variable holds a key",
    Means.LOGIN: "*`aws login`*: it signs in with the console's password and MFA, for up to 12 hours",
    Means.SSO: "*`aws sso login`*: it signs in through Identity Center",
    Means.SESSION: "*a session* that Latchkey issues on request and that expires on its own",
    Means.ANYWHERE: "*IAM Roles Anywhere*: the server shows a certificate and takes a role",
}
BECAUSE: Mapping[Means, str] = {
    Means.GITHUB: "GitHub Actions uses it",
    Means.GITLAB: "GitLab CI uses it",
    Means.LOGIN: "its IAM user has a console password",
    Means.SSO: "a person uses it, and this account has Identity Center",
    Means.SESSION: "a person at a terminal uses it",
    Means.ANYWHERE: "a program outside AWS uses it",
}
QUESTIONS = (
    "Nothing shows where this key is used. Ask:\n"
    "• Which program has it? Look in its configuration, in the variables of CI, and in `~/.aws/credentials`.\n"
    "• Where does that run: in AWS, in CI, on a server, on a laptop?\n"
    "• Is it a person or a program? Who would notice first if it stopped?\n"
    "Choose below where it runs to get the steps. *Rotate* it meanwhile: a new key shows who still has the old one."
)
ROOT = (
    "Nothing takes the place of a root key: delete it. Sign in as root, or let the organization's management account "
    "do it with central root access."
)
NEEDS_REPOSITORY = "Enter the repository below to get the steps. The role will trust that one alone."
NOT_IN_TRAIL = "CloudTrail doesn't record reads and writes of data, like S3 objects, so check before you remove one."
REPOSITORY_HINT = "Like octo-org/octo-repo, or an address on GitHub or GitLab"
OTHER_HINT = "If a workflow of GitHub Actions or GitLab CI uses it"


def head(found: Choice, now: datetime) -> str:
    name = key_of(f"*`{escape(found.key.user)}`*", found.key.access_key_id)
    return f"{name} in {escape(found.key.account.name)}: {use(found.usage, found.used, now)}."


def use(usage: Usage | None, used: LastUsed | None, now: datetime) -> str:
    """CloudTrail's digest; until it was read, what IAM says."""
    if usage is not None:
        return usages.in_a_line(usage, now)
    if used is None or used.at is None:
        return "use unknown: AWS wasn't asked yet" if used is None else "never used"
    where = f", {escape(used.service)}" if used.service else ""
    return f"last used {ago(used.at, now)}{where}; where from is unknown"


def instead(found: Choice) -> str:
    """What takes its place, and the evidence for it."""
    if found.means is Means.UNKNOWN:
        return ROOT if found.key.user.startswith("<") else QUESTIONS
    because = _because(found)
    said = f"Use {TAKES[found.means]}." + (f" Why: {because}." if because else "")
    others = [BECAUSE[each] for each in found.seen if each is not found.means and each in BECAUSE]
    return f"{said} Also: {listed(others)}." if others else said


def _because(found: Choice) -> str:
    if found.means not in found.seen:
        return ""
    if found.means is Means.ROLE and found.usage and found.usage.in_aws:
        return f"it runs in AWS ({escape(found.usage.in_aws)})"
    return BECAUSE.get(found.means, "")


def difference(found: Difference, unread: tuple[str, ...]) -> str:
    """Services that the policies allow, against those that were used."""
    lines = [f"  {each}" for each in found.used] + [f"- {each}" for each in found.unused]
    lines += [f"{' ' if found.everything else '?'} {each}" for each in found.elsewhere]
    said = f"*Allowed, and used in 90 days*\n```{escape(chr(10).join(lines)) or '(nothing)'}```"
    notes = ["`-` wasn't used: leave it out of the role."] if found.unused else []
    if found.elsewhere and not found.everything:
        notes.append("`?` was called, but none of the policies read here allows it.")
    if found.everything:
        notes.append("The policies allow every service: write one that allows those above alone.")
    if unread:
        names = listed([f"`{escape(each)}`" for each in unread[:5]])
        notes.append(f"Latchkey doesn't read the text of {names}{' and others' if unread[5:] else ''}.")
    return "\n".join((said, " ".join([*notes, NOT_IN_TRAIL])))


def watched(watch: Watch) -> str:
    """While it is watched."""
    by = f"{person(watch.began_by)} said {moment(watch.began_at)} that it was replaced."
    if watch.offered_at:
        return f":eyes: {by} Nothing used it for two days since: switch it off."
    return f":eyes: {by} Latchkey offers *Switch off* after two days without use."
