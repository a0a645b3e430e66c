"""Sentences about an approver's question and the requester's answer."""

from bot.domain.catalog import Entitlement
from bot.domain.requests.question import Question
from bot.domain.requests.request import Request
from bot.slack.text.formatting import moment, named, person, quote


def asked(question: Question) -> str:
    return f":grey_question: {person(question.asked_by)} asked {moment(question.asked_at)}:\n{quote(question.text)}"


def answered(question: Question, requester: str) -> str:
    """Only for a question that was answered."""
    said = question.answer or ""
    return f":speech_balloon: {person(requester)} answered {moment(question.answered_at)}:\n{quote(said)}"


def for_requester(question: Question, request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    return (
        f":grey_question: {person(question.asked_by)} has a question about your request for {what}:\n"
        f"{quote(question.text)}"
    )


def answer_by(request: Request) -> str:
    return f"The approvers can decide before you answer. They have until {moment(request.decide_by)}."


def you_answered(question: Question) -> str:
    return f":white_check_mark: You answered {moment(question.answered_at)}:\n{quote(question.answer or '')}"


def decided_first(outcome: str) -> str:
    return f"The request was decided before you answered: {outcome}"


def for_asker(question: Question, request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    return (
        f":speech_balloon: {person(request.requester)} answered your question about the request for {what}:\n"
        f"{quote(question.answer or '')}"
    )


def you_asked(question: Question) -> str:
    return f"You asked {moment(question.asked_at)}:\n{quote(question.text)}"


def earlier(number: int) -> str:
    return f"{number} earlier question{'' if number == 1 else 's'} not shown"
