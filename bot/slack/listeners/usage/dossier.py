"""Usage: where a key is used, at once where Latchkey read it lately, else in a message once the worker has read it."""

from slack_bolt import Ack

from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId, EntitlementId, SlackUserId
from bot.flows.adopted import held as found_keys
from bot.flows.hygiene import dossier
from bot.slack.context import Deps
from bot.slack.messages.usage import dossier as message
from bot.slack.text.usage import dossier as text
from bot.slack.ui import cards, picker, respond
from bot.slack.ui.respond import Body

NAMED_MOST = 10


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    """Acked first: who may ask can take longer to read than Slack waits."""
    ack()
    by = SlackUserId(respond.who(body))
    key = picker.whole(deps, by, rest) if rest.strip() else _only(deps, by)
    asked = dossier.ask(deps, key=AccessKeyId(key), by=by, delivery=respond.delivery(body))
    if asked.usage is None:
        deps.wake()
        with deps.work.begin() as tx:
            name = message.name_of(tx, deps.catalog, asked.key)
        respond.answer(deps, body, text.reading(name))
        return
    with deps.work.begin() as tx:
        found = message.draw(tx, deps.catalog, asked.usage, by, deps.clock.now())
    respond.answer(deps, body, found.text, found.blocks)


def _only(deps: Deps, by: SlackUserId) -> str:
    """The caller's one key. Raises Refused with the names and ids to choose from."""
    own = (
        (_title(deps, each.grant.entitlement), one.access_key_id)
        for each in picker.held(deps, by)
        for one in cards.shown(each.credentials, deps.clock.now())
    )
    found = ((each.key.user, each.key.access_key_id) for each in found_keys.of_person(deps, by))
    keys = [(name, key) for name, key in (*own, *found) if key]
    if len(keys) != 1:
        raise Refused(Reason.NO_KEY_NAMED, keys=keys[:NAMED_MOST])
    return keys[0][1]


def _title(deps: Deps, entitlement: str) -> str:
    known = deps.catalog.entitlements.get(EntitlementId(entitlement))
    return known.title if known else entitlement


COMMANDS = {"usage": command}
