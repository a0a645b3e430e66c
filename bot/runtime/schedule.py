"""Which sweep runs how often. Deadlines are rows; these intervals say only how soon somebody looks."""

from bot.domain.catalog import Catalog
from bot.flows import (
    adopt,
    adopt_end,
    adopt_off,
    adopt_on,
    adopt_prove,
    adopt_rotate,
    changes,
    compare,
    device,
    ending,
    enforce,
    escalate,
    extend,
    inventory,
    leave,
    match,
    mending,
    nudge,
    orphans,
    ownerless,
    policy_drift,
    proof,
    reconcile,
    remind,
    report,
    retire,
    room,
    session_revocation,
    storm,
    sweep,
    switch,
    teardown,
)
from bot.flows.adopt_case import Desk
from bot.flows.known import KnownPeople
from bot.flows.stock import Stock
from bot.ports import Clock, Entropy, Iam, People, Reactivator, Reader, Responder, Work
from bot.worker import Sweep

SOON, MINUTE, HOUR = 5, 60, 3600


def sweeps(
    work: Work,
    clock: Clock,
    entropy: Entropy,
    iam: Iam,
    reader: Reader,
    responder: Responder,
    reactivator: Reactivator,
    people: People,
    catalog: Catalog,
) -> tuple[Sweep, ...]:
    known = KnownPeople(work, clock, people)
    stock = Stock(work, clock, entropy, iam, reader, catalog, known)
    desk = Desk(work, clock, iam, responder, reactivator, people, catalog)
    hygiene = enforce.Desk(
        work, clock, iam, known, catalog, lambda key: adopt.enforce(work, clock, people, catalog, key=key)
    )
    watch = changes.CatalogWatch(work, clock, catalog)
    return (
        Sweep("catalog", SOON, watch.look),
        Sweep("usergroups", 5 * MINUTE, lambda: changes.usergroups(work, clock, people, catalog)),
        Sweep("lapse-requests", MINUTE, lambda: sweep.lapse_requests(work, clock)),
        Sweep("nudge", MINUTE, lambda: nudge.nudge(work, clock, people, catalog)),
        Sweep("lapse-grants", MINUTE, lambda: sweep.lapse_grants(work, clock)),
        Sweep("expire", SOON, lambda: sweep.expire(work, clock)),
        Sweep("announce-endings", MINUTE, lambda: ending.announce(work, clock, iam, people, catalog)),
        Sweep("fail-unclaimed", SOON, lambda: sweep.fail_unclaimed(work, clock)),
        Sweep("discard-sealed", SOON, lambda: sweep.discard_sealed(work, clock)),
        Sweep("discard-lost", SOON, lambda: sweep.discard_lost(work, clock)),
        Sweep("erase-traces", 1, lambda: sweep.erase_traces(work, clock)),
        Sweep("ask-receipt", SOON, lambda: sweep.ask_receipt(work, clock)),
        Sweep("settle-revealed", MINUTE, lambda: sweep.settle_revealed(work, clock, catalog)),
        Sweep("carry-out-wishes", 1, lambda: switch.carry_out_wishes(work, clock, iam, people, catalog)),
        Sweep("extend", 2, lambda: extend.extend(work, clock, iam, people, catalog)),
        Sweep("retire-due", MINUTE, lambda: retire.retire_due(work, clock, entropy, iam, people, catalog)),
        Sweep("proof", MINUTE / 4, lambda: proof.look(work, clock, iam, catalog)),
        Sweep("delete-due", SOON, lambda: retire.delete_due(work, clock, entropy, iam, catalog)),
        Sweep("abandoned", SOON, lambda: reconcile.abandoned(work, clock)),
        Sweep("clear-gone", SOON, lambda: reconcile.clear_gone(work, clock, iam, catalog)),
        Sweep("clear-devices", MINUTE, lambda: device.clear(work, clock, iam, catalog)),
        Sweep("orphans", SOON, lambda: orphans.orphans(work, clock, entropy, iam, catalog)),
        Sweep("tear-down", 1, lambda: teardown.tear_down(work, clock, iam, catalog)),
        Sweep("revoke-sessions", 1, lambda: session_revocation.carry_out(work, clock, entropy, responder, catalog)),
        Sweep("compare", MINUTE, lambda: compare.compare(work, clock, entropy, iam, people, catalog)),
        Sweep("policies", MINUTE, lambda: policy_drift.watch(work, clock, iam, people, catalog)),
        Sweep("mend", SOON, lambda: mending.carry_out(work, clock, entropy, iam, people, catalog)),
        Sweep("storms", SOON, lambda: storm.watch(work, clock, catalog)),
        Sweep("strays", HOUR, lambda: teardown.strays(work, clock, iam, catalog)),
        Sweep("room", HOUR, lambda: room.look(work, clock, iam, catalog)),
        Sweep("adopt-off", 2, lambda: adopt_off.carry_out(desk)),
        Sweep("adopt-on", SOON, lambda: adopt_on.carry_out(desk)),
        Sweep("adopt-enforced", MINUTE, lambda: adopt_off.carry_out_enforced(desk)),
        Sweep("adopt-overlaps", MINUTE, lambda: adopt_rotate.start_overlaps(desk)),
        Sweep("adopt-prove", MINUTE / 4, lambda: adopt_prove.prove(desk)),
        Sweep("adopt-retire-due", MINUTE, lambda: adopt_rotate.retire_due(desk)),
        Sweep("adopt-delete-due", MINUTE, lambda: adopt_end.delete_due(desk)),
        Sweep("inventory", MINUTE, lambda: inventory.sweep(stock)),
        Sweep("ask-wanted", MINUTE, known.ask_wanted),
        Sweep("match", MINUTE, lambda: match.match(work, clock, known, catalog)),
        Sweep("leavers", HOUR / 4, lambda: leave.look(work, clock, entropy, known)),
        Sweep("countdown", HOUR / 4, lambda: leave.announce(work, clock, known, catalog)),
        Sweep("ownerless", HOUR / 4, lambda: ownerless.post(work, clock, known, catalog)),
        Sweep("look-over", HOUR, lambda: remind.look_over(work, clock, entropy, iam, catalog)),
        Sweep("digest", MINUTE / 4, lambda: remind.digest(work, clock, known, catalog)),
        Sweep("escalate", HOUR / 4, lambda: escalate.escalate(work, clock, known, catalog)),
        Sweep("enforce", HOUR, lambda: enforce.enforce(hygiene)),
        Sweep("report", HOUR / 4, lambda: report.weekly(work, clock, catalog)),
        Sweep("prune", MINUTE * 5, lambda: sweep.prune(work, clock)),
        Sweep("pull-back", HOUR, lambda: sweep.pull_back(work, clock)),
    )
