"""What an entitlement gives access to, and what is risky about it."""

from bot.domain.catalog import Account, Entitlement, Kind
from bot.domain.policies import access_summary, risk_marks
from bot.domain.policies.access_summary import service_name
from bot.domain.policies.risk_marks import Risk, RiskKind
from bot.slack.text.formatting import cut, escape, listed, more

WORDS_MOST = 2500  # characters, of a section's 3,000
BRIEF_MOST = 500  # in a list
REASONS_MOST = 3  # actions that a mark names
SIGNS = {
    RiskKind.IAM: ":closed_lock_with_key: *iam*: can change who may do what",
    RiskKind.DATA_OUT: ":outbox_tray: *data out*: can copy or share data outside the account",
    RiskKind.DELETE: ":wastebasket: *delete*: can delete",
    RiskKind.WRITE: ":pencil2: *write*: can create or change",
    RiskKind.EVERYTHING: ":warning: *everything*: isn't limited to certain actions or resources",
}


def in_words(entitlement: Entitlement, account: Account) -> str:
    """Like "read objects in s3://reports; nothing else"."""
    said = [escape(each) for each in access_summary.in_words(entitlement.policy or "", account.id)]
    if entitlement.kind is Kind.SESSION:
        role = f"what the role *{_name(entitlement.role_arn or '')}* may do"
        return cut(f"{role}, but at most {'; '.join(said)}", WORDS_MOST) if said else role
    if entitlement.policy_arns:
        names = listed([f"*{_name(each)}*" for each in entitlement.policy_arns])
        one = len(entitlement.policy_arns) == 1
        policies, allow = ("policy", "allows") if one else ("policies", "allow")
        said = [f"what the managed {policies} {names} {allow} in {_in(entitlement)}"]
    if entitlement.may_assume:
        said.append(f"assume {listed([f'`{_name(each)}`' for each in entitlement.may_assume])}")
    return cut("; ".join([*said, "nothing else"]), WORDS_MOST)


def brief(entitlement: Entitlement, account: Account) -> str:
    """For a list: the account, the access, and the kinds of its risks."""
    words = cut(in_words(entitlement, account), BRIEF_MOST)
    kinds = [f"*{SIGNS[each.kind].split('*')[1]}*" for each in marks(entitlement, account)]
    return f"AWS account `{account.id}` · Access: {words}" + (f" · {', '.join(kinds)}" if kinds else "")


def risks(entitlement: Entitlement, account: Account) -> str:
    """One line for each mark, with the actions that led to it."""
    found = marks(entitlement, account)
    lines = [f"{SIGNS[each.kind]} ({_because(each)})" for each in found]
    if entitlement.dangerous:
        lines.insert(0, ":rotating_light: *dangerous*: the catalog says so")
    if entitlement.policy is None:
        lines.append(f":grey_question: {_unread(entitlement)}")
    return "\n".join(lines) or ":white_check_mark: No right to write, delete, change access or send data out"


def marks(entitlement: Entitlement, account: Account) -> tuple[Risk, ...]:
    if entitlement.policy is not None:
        return risk_marks.marks(entitlement.policy, account.id)
    return risk_marks.of_managed(entitlement.policy_arns)


def _unread(entitlement: Entitlement) -> str:
    what = "the role's policies" if entitlement.kind is Kind.SESSION else "what its managed policies say"
    return f"Latchkey doesn't read {what}: look in AWS what they allow"


def _because(risk: Risk) -> str:
    shown = [f"`{escape(each).replace('`', '')}`" for each in risk.because[:REASONS_MOST]]
    left = len(risk.because) - REASONS_MOST
    return ", ".join(shown) + (f" {more(left)}" if left > 0 else "")


def _in(entitlement: Entitlement) -> str:
    return listed([service_name(each) for each in entitlement.services])


def _name(arn: str) -> str:
    """The last part of an ARN."""
    return escape(arn.rpartition("/")[2])
