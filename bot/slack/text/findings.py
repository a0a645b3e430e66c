"""Sentences about what hygiene finds on keys and on IAM users, and what mends it."""

from bot.domain.credential_report import ROOT
from bot.domain.finding import Finding, FindingKind
from bot.domain.finding_rules import RULES, Remedy
from bot.ports import Reading
from bot.slack.text.formatting import escape, key, moment, person

SAYS = {
    FindingKind.STALE: "is old",
    FindingKind.UNUSED: "has not been used for a long time",
    FindingKind.NEVER_USED: "was never used",
    FindingKind.TWO_ACTIVE: "has two active keys, for longer than a rotation takes",
    FindingKind.OLD_IN_USE: "is still in use, although a younger key stands beside it",
    FindingKind.LEASE_ENDING: "is near the end of its lease",
    FindingKind.LEAVER: "belongs to somebody who has left",
    FindingKind.OWNERLESS: "belongs to nobody that is known",
    FindingKind.ROOT_KEY: "has an active access key: whoever has it can do everything in the account",
    FindingKind.NO_MFA: "can sign in to the console with a password alone",
    FindingKind.QUARANTINED: "was quarantined by AWS, which does not contain it",
    FindingKind.REPLACEABLE: "could be a session, which ends by itself",
    FindingKind.MORE_THAN_TWO: "has more than two keys",
    FindingKind.ORPHAN: "was not made by Latchkey",
    FindingKind.UNKNOWN_USER: "is under /latchkey/, but no active grant uses it",
    FindingKind.UNKNOWN_KEY: "is on a grant's IAM user, but Latchkey didn't create it",
}
MENDS = {
    Remedy.ROTATE: "rotate it",
    Remedy.GIVE_BACK: "give it back if nobody needs it",
    Remedy.ONE_KEY: "finish the rotation, or delete the key that nobody needs",
    Remedy.SWITCH_OVER: "put the younger key where the old one is used",
    Remedy.RENEW: "renew it if it is still needed",
    Remedy.HAND_OVER: "hand it to somebody who is there, or give it back",
    Remedy.CLAIM: "whoever uses it claims it in Slack, or writes their Slack user id into the IAM tag Slack",
    Remedy.DELETE_ROOT_KEY: "sign in as root and delete the key; nothing needs it",
    Remedy.ENROL_MFA: "enrol an MFA device, or delete the password",
    Remedy.REPLACE_LEAKED: "find the leaked key, switch it off, and read CloudTrail for what it did",
    Remedy.USE_SESSION: "ask for the session instead",
    Remedy.DELETE_SPARE: "delete the ones that nobody needs",
    Remedy.DELETE_UNKNOWN: "find out in CloudTrail who created it, then delete it",
    Remedy.REVOKE: "revoke the grant if nobody knows it",
}


def mend(kind: FindingKind) -> str:
    return MENDS[RULES[kind].remedy]


def subject(found: Finding) -> str:
    if found.access_key_id:
        return key(found.access_key_id)
    who = "The root user" if found.iam_user == ROOT else f"The IAM user `{escape(found.iam_user)}`"
    return f"{who} in {escape(found.account)}"


def alarm(found: Finding) -> str:
    where = f" of IAM user `{escape(found.iam_user)}` in {escape(found.account)}" if found.access_key_id else ""
    if found.closed_at:
        return f":white_check_mark: {subject(found)}{where} {SAYS[found.kind]}: settled {moment(found.closed_at)}."
    what = f"{subject(found)}{where} {SAYS[found.kind]}"
    return f":rotating_light: {what} ({escape(found.evidence)}): {mend(found.kind)}."


def orphan(found: Finding, owner: str, evidence: str) -> str:
    return (
        f":warning: {key(found.access_key_id)} stands on the IAM user of a grant of {person(owner)}, but Latchkey did "
        f"not make it ({escape(evidence)}). It was not deleted. If nobody knows it, revoke the grant."
    )


def undelivered(notice: str, error: str) -> str:
    """A message that Slack will not take, however often it is sent."""
    return (
        f":rotating_light: Slack refused a message of the kind `{escape(notice)}` with `{escape(error)}`. Nobody saw "
        "it, it doesn't count as delivered, and Latchkey won't send it again. This is a bug in Latchkey: report it "
        "with these two names. The audit log says who should have seen it."
    )


def unread(account: str, reading: Reading, unclear: tuple[str, ...]) -> str:
    """What the inventory of an account could not read, or could not tell apart."""
    name = escape(account)
    if reading.problem:
        return f":warning: The inventory of {name} came to nothing. {escape(reading.problem)}"
    if unclear:
        users = ", ".join(f"`{escape(each)}`" for each in unclear)
        return (
            f":warning: In {name} it cannot be told which keys these users' findings belong to: {users}. Nothing was "
            "done about them; look at their keys in IAM."
        )
    return f":white_check_mark: The inventory of {name} is read again."
