"""The inputs of `latchkey init`: from flags, otherwise asked on a terminal. All wrong flags are reported at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.config.catalog_schema import AccountId, ChannelId, GroupId, UserId
from bot.config.settings_values import BadValue, public_url
from bot.domain.errors import LatchkeyError

Ask = Callable[[str], str]
Given = Mapping[str, Sequence[str]]


class WrongAnswers(LatchkeyError):
    """One sentence for each wrong answer."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))


@dataclass(frozen=True, slots=True)
class Question:
    """`check` returns the value as it is written, or raises BadValue with what is wrong."""

    flag: str
    prompt: str
    check: Callable[[str], str]
    many: bool = False
    optional: bool = False


def _typed(kind: Any) -> Callable[[str], str]:
    """The catalog's own rule for this kind of id."""
    adapter = TypeAdapter[str](kind)

    def check(text: str) -> str:
        try:
            return adapter.validate_python(text)
        except ValidationError as wrong:
            raise BadValue(str(wrong.errors()[0]["ctx"]["error"])) from None

    return check


def _account_id(text: str) -> str:
    """AWS's console shows it as 1234-5678-9012."""
    return _typed(AccountId)(text.replace("-", ""))


def _approver(text: str) -> str:
    """A person, or a user group."""
    if text.startswith("S"):
        return _typed(GroupId)(text)
    try:
        return _typed(UserId)(text)
    except BadValue as wrong:
        raise BadValue(f"{wrong}, and isn't a user group id like S0PLATFORM either") from None


def _host(text: str) -> str:
    if "://" not in text:
        raise BadValue(f"{text!r} has no https:// in front; write https://{text or 'and the host'}")
    origin = public_url(text)
    if not text.isascii():
        raise BadValue(f"{text!r} isn't how browsers and Slack write it; use {origin}")
    return origin


QUESTIONS: tuple[Question, ...] = (
    Question("--account-id", "AWS account id, 12 digits", _account_id),
    Question("--admin", "Slack user ids of the admins, with spaces between (U…; Profile, Copy member ID)",
        _typed(UserId), many=True),
    Question("--approver", "Slack ids of the approvers, with spaces between: people (U…) or user groups (S…)",
        _approver, many=True),
    Question("--channel", "Slack channel id for requests and reports (C…; the last line of the channel's details), "
        "or empty for direct messages", _typed(ChannelId), optional=True),
    Question("--host", "Address of Latchkey, like https://keys.example.com", _host),
)  # fmt: skip


def answers(given: Given, wanted: Sequence[str], ask: Ask | None) -> dict[str, tuple[str, ...]]:
    """By flag. `wanted` are the flags that need an answer; `ask` is None without a terminal. Raises WrongAnswers."""
    found, mistakes, absent = dict[str, tuple[str, ...]](), list[str](), list[str]()
    for each in QUESTIONS:
        texts = given.get(each.flag, ())
        try:
            if texts:
                found[each.flag] = _checked(each, texts)
            elif each.flag in wanted and ask is None and not each.optional:
                absent.append(each.flag)
        except BadValue as wrong:
            mistakes.append(f"{each.flag} {wrong}")
    if absent:
        mistakes.append(f"there is no terminal to ask on; pass {', '.join(absent)}")
    if mistakes:
        raise WrongAnswers(*mistakes)
    for each in QUESTIONS:
        if each.flag in wanted and each.flag not in found and ask is not None:
            found[each.flag] = _asked(each, ask)
    return found


def _checked(question: Question, texts: Sequence[str]) -> tuple[str, ...]:
    """Each value once, in the order given. Raises BadValue."""
    if len(texts) > 1 and not question.many:
        raise BadValue("is given more than once; give one value")
    return tuple(dict.fromkeys(question.check(each.strip()) for each in texts))


def _asked(question: Question, ask: Ask) -> tuple[str, ...]:
    """Ask until the answer is valid. Raises WrongAnswers if the terminal is closed meanwhile."""
    said = ""
    while True:
        try:
            text = ask(f"{said}{question.prompt}: ").strip()
        except EOFError:
            print()  # the prompt stands on a line of its own
            raise WrongAnswers(f"{question.flag} was not answered; nothing was written") from None
        if not text and question.optional:
            return ()
        try:
            return _checked(question, text.replace(",", " ").split() if question.many and text else [text])
        except BadValue as wrong:
            said = f"That {wrong}.\n" if not str(wrong).startswith("'") else f"{wrong}.\n"
