"""Home for an owner: their move first, then what they asked for, keys and sessions, found keys, and what they keep."""

from collections.abc import Collection, Iterable

from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.home import Asking, Section
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.finding_rules import RULES, Remedy
from bot.domain.keys.switchover import Proof, successor
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows.home.owner import OwnersHome, Sizes
from bot.slack.ids import Action
from bot.slack.messages import owners
from bot.slack.messages.context import Scene
from bot.slack.messages.home import found, keys
from bot.slack.messages.home.paging import paged
from bot.slack.text import grants, labels, ownership, questions
from bot.slack.text.formatting import more, named
from bot.slack.text.home import owner as home
from bot.slack.ui import cards, usage
from bot.slack.ui.blocks import Json, actions, button, context, header, section

Item = list[Json]


def moves(
    scene: Scene, mine: OwnersHome, sizes: Sizes, first: Iterable[Item] = (), leaked: Collection[str] = ()
) -> list[Json]:
    """What waits for the owner. Each item has the button that settles it; `first` are those that can't wait.

    `leaked` are the ids of keys with an open incident: it is among `first`, and nothing else settles anything.
    """
    items: list[Item] = [
        *first,
        *(_grant(scene, each) for each in mine.to_act_on if each.state is GrantState.APPROVED),
        *_credentials(scene, mine),
        *(_unanswered(scene, each) for each in mine.unanswered),
        *(_offer(each) for each in mine.offers),
        *found.asked_anyway(scene, mine),
        *(_grant(scene, each) for each in mine.to_act_on if each.state is not GrantState.APPROVED),
        *(_question(scene, mine, each) for each in mine.questions.rows if each.access_key_id not in leaked),
    ]
    if not items:
        return []
    left = len(items) - sizes.moves + mine.questions.total - len(mine.questions.rows)
    rest = [context(more(left))] if left > 0 else []
    return [header(home.YOUR_MOVE), *(block for item in items[: sizes.moves] for block in item), *rest]


def _grant(scene: Scene, grant: Grant) -> Item:
    entitlement = scene.entitlement(grant)
    if grant.state is GrantState.APPROVED:
        return [section(home.collect(grant, entitlement), cards.collect(grant))]
    return [section(home.ends_soon(grant, entitlement, scene.now), cards.renew(grant))]


def _credentials(scene: Scene, mine: OwnersHome) -> Iterable[Item]:
    for each in mine.doubtful:
        grant = mine.grants.get(each.grant)
        if grant is None or grant.state_at(scene.now) is not GrantState.ACTIVE:
            continue
        what = named(scene.entitlement(grant), grant.entitlement)
        if each.state is CredentialState.REVEALED:
            yield [section(grants.did_you_get_it(each, what)), actions(*cards.did_you_get_it(each))]
        elif (new := successor(each, mine.of(grant.id))) is not None:
            proof = Proof(each, new, scene.now)
            wait = button(labels.WAIT, Action.CREDENTIAL_WAIT, each.id)
            said = home.switch_off(proof, what, usage.line(mine.usages, each.access_key_id, scene.now))
            yield [section(said), actions(cards.switch_off(each), wait)]


def _unanswered(scene: Scene, asking: Asking) -> Item:
    said = questions.for_requester(asking.question, asking.request, scene.entitlement(asking.request))
    return [section(said, button(labels.ANSWER, Action.REQUEST_ANSWER, asking.question.id, style="primary"))]


def _offer(claim: object) -> Item:
    return [section(ownership.offered(claim)), actions(*owners.answers(claim))]  # type: ignore[arg-type]


def _question(scene: Scene, mine: OwnersHome, asked: Finding) -> Item:
    credential, key = mine.credential_of(asked), mine.key_of(asked)
    grant = mine.grants.get(credential.grant) if credential else None
    what = named(scene.entitlement(grant), grant.entitlement) if grant else ""
    made_at = credential.created_at if credential else key.key.created_at if key else None
    used_at = credential.used_at if credential else key.key.used_at if key else None
    said = home.question(asked, what, made_at, used_at, scene.now)
    settles = _settles(scene, mine, asked, credential, grant) if credential else found.settles(scene, mine, asked, key)
    return [section(said, settles or button(labels.KEEP, Action.FINDING_KEEP, asked.id))]


def _settles(
    scene: Scene, mine: OwnersHome, asked: Finding, credential: Credential, grant: Grant | None
) -> Json | None:
    """The button of the remedy, while the key is on and nobody has pressed anything."""
    if credential.state is not CredentialState.LIVE or credential.pending_action or grant is None:
        return None
    match RULES[asked.kind].remedy:
        case Remedy.ROTATE:
            return button(labels.ROTATE, Action.CREDENTIAL_ROTATE, credential.id)
        case Remedy.GIVE_BACK:
            used = usage.in_dialog(mine.usages, credential.access_key_id, scene.now)
            return cards.give_back(grant, used=used)
    return None


def asked(scene: Scene, mine: OwnersHome) -> list[Json]:
    to = mine.viewer.person
    rows = [block for each in mine.asked.rows for block in cards.waiting(each, scene.entitlement(each), to=to)]
    left = mine.asked.total - len(mine.asked.rows)
    return [header(home.ASKED), *rows, *([context(more(left))] if left > 0 else [])] if rows else []


def held(scene: Scene, mine: OwnersHome, sizes: Sizes, leaked: Collection[str] = ()) -> list[Json]:
    rows = (keys.grant(scene, each, mine.of(each.id), mine.usages, leaked) for each in mine.keys.rows)
    return paged(home.KEYS, Section.KEYS, mine.keys, sizes.keys, rows)


def found_keys(scene: Scene, mine: OwnersHome, sizes: Sizes, leaked: Collection[str] = ()) -> list[Json]:
    rows = (found.key(scene, mine, each, leaked) for each in mine.found.rows)
    return paged(home.FOUND, Section.FOUND, mine.found, sizes.found, rows)


def kept(mine: OwnersHome, sizes: Sizes) -> list[Json]:
    rows = ([section(home.kept(each), button(labels.CHANGE, Action.FINDING_KEEP, each.id))] for each in mine.kept.rows)
    return paged(home.KEPT, Section.KEPT, mine.kept, sizes.kept, rows)
