"""The policy behind a request, formatted for a window."""

import json

from bot.domain.catalog import Account, Entitlement, Kind
from bot.slack.text.approval import access
from bot.slack.text.formatting import escape, kind_of, listed

PART_MOST = 2900  # characters as sent, of a section's 3,000, with the code fence
PARTS_MOST = 12  # sections of one document; a window takes 100 blocks


def about(entitlement: Entitlement, account: Account) -> str:
    what = f"*{escape(entitlement.title)}* (`{escape(entitlement.id)}`) · {kind_of(entitlement)}"
    return f"{what}\nAccount {escape(account.name)} (`{account.id}`)\n{access.in_words(entitlement, account)}"


def limits(entitlement: Entitlement, account: Account) -> str:
    """What narrows it further, one line each."""
    found = []
    if entitlement.kind is Kind.SESSION and entitlement.role_arn:
        found.append(f"Role: `{escape(entitlement.role_arn)}`")
    if entitlement.kind is Kind.ACCESS_KEY and account.boundary_arn:
        found.append(f"Permissions boundary: `{escape(account.boundary_arn)}`. AWS allows nothing beyond it.")
    if entitlement.source_ips:
        found.append(f"Only from {listed([f'`{escape(each)}`' for each in entitlement.source_ips])}")
    if entitlement.source_vpces:
        found.append(f"Only through {listed([f'`{escape(each)}`' for each in entitlement.source_vpces])}")
    if entitlement.may_assume:
        found.append(f"May assume {listed([f'`{escape(each)}`' for each in entitlement.may_assume])}")
    if entitlement.mfa:
        found.append("Only with a code from an authenticator app")
    return "\n".join(found)


def managed(entitlement: Entitlement) -> str:
    """The document isn't in the catalog."""
    lines = "\n".join(f"`{escape(each)}`" for each in entitlement.policy_arns)
    return f"*Managed policies*\n{lines}\nLatchkey doesn't read their text: look in AWS what they allow."


def role_alone() -> str:
    return "The catalog has no policy for this session: it may do whatever its role may do."


def document(policy: str) -> list[str]:
    """Indented, in parts that fit a section each. A part ends at a line."""
    try:
        text = json.dumps(json.loads(policy), indent=2, ensure_ascii=False)
    except ValueError:
        text = policy
    lines = [piece for line in escape(text).replace("`", "'").splitlines() for piece in _pieces(line)]
    parts, room = [[]], PART_MOST  # type: list[list[str]], int
    for line in lines:
        if len(line) + 1 > room:
            parts.append([])
            room = PART_MOST
        parts[-1].append(line)
        room -= len(line) + 1
    shown = [f"```{chr(10).join(each)}```" for each in parts[:PARTS_MOST]]
    if len(parts) > PARTS_MOST:
        left = sum(len(each) for each in parts[PARTS_MOST:])
        shown.append(f":scissors: Cut here: {left} more lines don't fit. The catalog has the whole policy.")
    return shown


def _pieces(line: str) -> list[str]:
    """A line longer than a section, in several; never inside an entity."""
    found = []
    while len(line) > PART_MOST - 1:
        end = PART_MOST - 1
        amp = line.rfind("&", end - 6, end)
        end = amp if amp > 0 and ";" not in line[amp:end] else end
        found.append(line[:end])
        line = line[end:]
    return [*found, line]


def gone(name: str) -> str:
    return f"The catalog no longer offers `{escape(name)}`, so it has no policy to show."
