"""Button presses on requests, for the comparison of lock orders."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import DeliveryId, EntitlementId, RequestId, SlackUserId
from bot.flows.requests import approval_reminders, ask, decide, preapprove, questions, review
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.world import World

LONG = EntitlementId("reports-long")
WHY = "the nightly report"


def delivery(name: str) -> DeliveryId:
    return DeliveryId(f"press {name}")


def _asked(world: World) -> RequestId:
    with world.work.begin() as tx:
        return next(each.id for each in tx.requests.open_all() if each.requester == CAROL)


def _preapprove(world: World) -> object:
    until = world.clock.now() + timedelta(days=9)
    return preapprove.preapprove(
        world.context, request=_asked(world), by=BOB, until=until, delivery=delivery("pre-approve")
    )


def break_glass(world: World, by: SlackUserId) -> RequestId:
    """Of an entitlement that the company's catalog doesn't have for emergencies."""
    offered = world.catalog.entitlements
    name = EntitlementId("reports-read")
    changed = {**offered, name: replace(offered[name], break_glass=timedelta(hours=1))}
    context = replace(world.context, catalog=replace(world.catalog, entitlements=changed))
    return ask.ask(
        context,
        entitlement=name,
        duration=timedelta(hours=1),
        justification=WHY,
        by=by,
        delivery=None,
        emergency=True,
    ).id


def _answer(world: World) -> object:
    """A question about a request, and its answer."""
    asked = questions.ask(
        world.context, request=_asked(world), by=BOB, text="which report?", delivery=delivery("question")
    )
    return questions.answer(world.context, question=asked.id, by=CAROL, text=WHY, delivery=delivery("answer"))


def _nudge(world: World) -> object:
    return approval_reminders.remind_now(world.context, request=_asked(world), by=CAROL, delivery=delivery("nudge"))


def _cancel(world: World) -> object:
    return ask.cancel(world.context, request=_asked(world), by=CAROL, delivery=delivery("cancel"))


def _decline(world: World) -> object:
    return decide.decline(world.context, request=_asked(world), by=BOB, justification=WHY, delivery=delivery("decline"))


def _end_preapproval(world: World) -> object:
    (found,) = preapprove.listed(world.context, by=BOB)
    return preapprove.revoke(world.context, preapproval=found.id, by=BOB, delivery=delivery("end"))


def _ask(world: World) -> object:
    """What a pre-approval approves."""
    return ask.ask(
        world.context,
        entitlement=LONG,
        duration=timedelta(days=7),
        justification=WHY,
        by=CAROL,
        delivery=delivery("ask"),
    )


def _close_review(world: World) -> object:
    (found,) = review.open_reviews(world.context)
    return review.close(
        world.context, request=found.request.id, by=BOB, justification=WHY, delivery=delivery("close a review")
    )


ON_REQUESTS: dict[str, Callable[[World], object]] = {
    "pre-approve": _preapprove,
    "break the glass": lambda world: break_glass(world, ALICE),
    "close a review": _close_review,
    "ask": _ask,
    "ask a question and answer it": _answer,
    "nudge": _nudge,
    "cancel": _cancel,
    "decline": _decline,
    "revoke a pre-approval": _end_preapproval,
}
