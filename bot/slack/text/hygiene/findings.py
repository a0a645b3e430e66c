"""Sentences about findings on keys and IAM users, and how to fix each."""

from datetime import datetime

from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.finding_rules import RULES, Remedy
from bot.ports import Reading
from bot.slack.text.formatting import age, count, escape, key, key_of, moment, person

SAYS = {
    FindingKind.STALE: "is due for rotation",
    FindingKind.UNUSED: "hasn't been used for a long time",
    FindingKind.NEVER_USED: "has never been used",
    FindingKind.TWO_ACTIVE: "has had two active keys for longer than a rotation takes",
    FindingKind.OLD_IN_USE: "is still in use, although a newer key exists",
    FindingKind.LEASE_ENDING: "is near the end of its lease",
    FindingKind.LEAVER: "belongs to someone who has left",
    FindingKind.OWNERLESS: "has no known owner",
    FindingKind.ROOT_KEY: "has an active access key, which can do anything in the account",
    FindingKind.NO_MFA: "can sign in to the console with only a password",
    FindingKind.QUARANTINED: "was quarantined by AWS, which doesn't stop a leaked key",
    FindingKind.REPLACEABLE: "could be a session, which expires on its own",
    FindingKind.MORE_THAN_TWO: "has more than two keys",
    FindingKind.ORPHAN: "wasn't created by Latchkey",
    FindingKind.UNKNOWN_USER: "is under /latchkey/, but no active grant uses it",
    FindingKind.UNKNOWN_KEY: "is on a grant's IAM user, but Latchkey didn't create it",
    FindingKind.SHARED: "seems to be shared",
    FindingKind.ADMIN_POWER: "can grant anyone permissions in its account",
    FindingKind.CONSOLE_AND_KEY: "has both a console password and an access key",
    FindingKind.BEDROCK_KEY: "is a long-term Bedrock API key",
    FindingKind.SERVICE_KEY: "is a password for one AWS service that is due for rotation",
    FindingKind.CROSS_ACCOUNT_USE: "is used to assume roles in other accounts",
    FindingKind.UNUSED_PERMISSIONS: "has permissions that it never used",
}
FIXES = {
    Remedy.ROTATE: "rotate it",
    Remedy.GIVE_BACK: "give it back if nobody needs it",
    Remedy.ONE_KEY: "finish the rotation, or delete the key nobody needs",
    Remedy.SWITCH_OVER: "put the newer key where the old one is used",
    Remedy.RENEW: "renew it if it's still needed",
    Remedy.HAND_OVER: "hand it over to someone who is still here, or give it back",
    Remedy.CLAIM: "if it's yours, claim it in Slack or write your Slack user ID into the IAM tag Slack",
    Remedy.DELETE_ROOT_KEY: "delete it; nothing needs it. In a member account of an organization: "
    "EnableOrganizationsRootCredentialsManagement once, then sts:AssumeRoot with the task policy "
    "IAMDeleteRootUserCredentials. Elsewhere: sign in as root",
    Remedy.ENROL_MFA: "enroll an MFA device, or delete the password",
    Remedy.REPLACE_LEAKED: "find the leaked key, switch it off, and check CloudTrail for what it did",
    Remedy.USE_SESSION: "request the session instead",
    Remedy.DELETE_SPARE: "delete the ones nobody needs",
    Remedy.DELETE_UNKNOWN: "find out in CloudTrail who created it, then delete it",
    Remedy.REVOKE: "revoke the grant if nobody knows this key",
    Remedy.ONE_EACH: "give each person and each place a key or session of its own, then rotate this one",
    Remedy.LESS_POWER: "use a session or a role instead, or take the policies that allow it off the user",
    Remedy.AWS_LOGIN: "use `aws login` (AWS CLI 2.32 or later; it needs the policy SignInLocalDevelopmentAccess), then "
    "delete the key",
    Remedy.SHORT_BEDROCK: "use short-term Bedrock keys or a role instead, then delete it",
    Remedy.REPLACE_SERVICE_KEY: "use a role or a session instead, or create another one and delete this one",
    Remedy.TRUST_A_ROLE: "have the other account trust a role or session instead of this key's user",
    Remedy.NARROW: "renew with fewer permissions",
}


def short(kind: FindingKind) -> str:
    """After a number: "2 never used"."""
    return kind.value.replace("-", " ").replace("mfa", "MFA")


def remedy(kind: FindingKind) -> str:
    """As a clause, for the README's table too."""
    return FIXES[RULES[kind].remedy]


def fix(kind: FindingKind) -> str:
    """As a sentence of its own."""
    said = remedy(kind)
    return f"{said[0].upper()}{said[1:]}."


def subject(found: Finding, title: str = "") -> str:
    """The name before the id. `title` names the grant of a key that Latchkey created."""
    if found.access_key_id:
        what = title or (f"`{escape(found.iam_user)}`" if found.iam_user else "")
        return key_of(what, found.access_key_id) if what else key(found.access_key_id)
    who = "The root user" if found.iam_user == ROOT else f"The IAM user `{escape(found.iam_user)}`"
    return f"{who} in {escape(found.account)}"


def says(name: str, found: Finding) -> str:
    """One sentence for the top of a window."""
    where = f" in {escape(found.account)}" if found.access_key_id and found.account else ""
    return f"{name}{where} {SAYS[found.kind]}."


def measured(found: Finding, made_at: datetime | None, used_at: datetime | None, now: datetime) -> str:
    """What was found, with its number of days where that is known."""
    if found.kind is FindingKind.STALE and made_at is not None:
        return f"is {age(made_at, now)}"
    if found.kind is FindingKind.UNUSED and used_at is not None:
        return f"hasn't been used for {count((now - used_at).days, 'day')}"
    return SAYS[found.kind]


def alarm(found: Finding) -> str:
    where = f" in {escape(found.account)}" if found.access_key_id else ""
    what = f"{subject(found)}{where} {SAYS[found.kind]}"
    if found.closed_at:
        return f":white_check_mark: {what}: resolved {moment(found.closed_at)}."
    return f":rotating_light: {what} ({escape(found.evidence)}). {fix(found.kind)}"


def orphan(found: Finding, what: str, owner: str, evidence: str) -> str:
    return (
        f":warning: Latchkey didn't create {key(found.access_key_id)}, a key on the IAM user of {person(owner)}'s "
        f"grant for {what} ({escape(evidence)}), and hasn't changed it. If nobody knows this key, revoke the grant."
    )


def undelivered(notice: str, error: str) -> str:
    """About a message that Slack rejects every time."""
    return (
        f":rotating_light: Slack refused a message of the kind `{escape(notice)}` with `{escape(error)}`. Nobody saw "
        "it, it doesn't count as delivered, and Latchkey won't send it again. This is a bug in Latchkey: report it "
        "with these two names. The audit log says who should have seen it."
    )


def unread(account: str, reading: Reading, unclear: tuple[str, ...]) -> str:
    """What the inventory of an account couldn't read or tell apart."""
    name = escape(account)
    if reading.problem:
        return f":warning: Latchkey couldn't read the keys of {name}. {escape(reading.problem)}"
    if unclear:
        users = ", ".join(f"`{escape(each)}`" for each in unclear)
        return (
            f":warning: In {name}, Latchkey can't tell which keys the findings on these users belong to: {users}. "
            "Nothing was changed; check their keys in IAM."
        )
    return f":white_check_mark: Latchkey can read the keys of {name} again."
