"""Who looks at a Home tab: what they own, what they may decide, and whether they are an admin."""

from bot.domain.catalog import Approvers, Catalog
from bot.domain.errors import Refused
from bot.domain.home import Viewer
from bot.domain.ids import EntitlementId, SlackUserId
from bot.flows import access
from bot.flows.context import Context
from bot.ports import People


def viewer(context: Context, person: SlackUserId) -> Viewer:
    """Asks Slack, outside any transaction. Raises Refused for someone who isn't a full member."""
    people, catalog = context.people, context.catalog
    access.member(people, person)
    with context.work.begin() as tx:
        owning, offsets = tx.inventory.owner_groups(), tx.home.page_offsets(person)
    people.prefetch({access.group_of(each) or each for each in owning})
    access.prefetch(people, catalog.approvers.values())
    groups = frozenset(name for name, each in catalog.approvers.items() if _is_in(people, person, each))
    decides = _decides(catalog, groups)
    return Viewer(
        person,
        (person, *(each for each in owning if person in access.known_holders(people, each))),
        decides,
        frozenset(catalog.entitlements[each].account for each, after in decides.items() if not after),
        person in catalog.admins,
        offsets,
    )


def _is_in(people: People, person: SlackUserId, group: Approvers) -> bool:
    """False while Slack can't say who is in a user group."""
    try:
        return person in access.members(people, group)
    except Refused:
        return False


def _decides(catalog: Catalog, groups: frozenset[str]) -> dict[EntitlementId, int]:
    """Entitlements that these groups decide, each with how often a request has to be escalated until they may."""
    found: dict[EntitlementId, int] = {}
    for name, each in catalog.entitlements.items():
        chain = [group.name for group in catalog.chain_of(each)]
        if (first := next((at for at, group in enumerate(chain) if group in groups), None)) is not None:
            found[name] = first
    return found
