"""Which sweep runs how often. Deadlines are rows; these intervals say only how soon somebody looks."""

from bot.domain.catalog import Catalog
from bot.flows.adopted import deactivate, delete_due, reactivate, replace, request
from bot.flows.adopted import switchover_check as adopt_prove
from bot.flows.adopted.job import Desk
from bot.flows.drift import detect, managed_policies, repair
from bot.flows.hygiene import account_report, enforce, escalate, inventory, own_keys
from bot.flows.hygiene.context import Stock
from bot.flows.issuing import mfa_device, orphans, recover
from bot.flows.lifecycle import (
    activation,
    deadlines,
    expiry_notices,
    renew_apply,
    retire_due,
    session_revocation,
    switchover_check,
    teardown,
    teardown_progress,
)
from bot.flows.ownership import email_lookup, leavers, ownerless
from bot.flows.ownership.people_cache import KnownPeople
from bot.flows.requests import approval_reminders, config_changes, iam_quota
from bot.ports import Clock, Entropy, Iam, People, Reactivator, Reader, Responder, UnitOfWork
from bot.runtime.worker import Sweep

SOON, MINUTE, HOUR = 5, 60, 3600


def sweeps(
    work: UnitOfWork,
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
        work, clock, iam, known, catalog, lambda key: request.enforce(work, clock, people, catalog, key=key)
    )
    watch = config_changes.CatalogWatch(work, clock, catalog)
    return (
        Sweep("catalog", SOON, watch.look),
        Sweep("usergroups", 5 * MINUTE, lambda: config_changes.usergroups(work, clock, people, catalog)),
        Sweep("lapse-requests", MINUTE, lambda: deadlines.lapse_requests(work, clock)),
        Sweep("nudge", MINUTE, lambda: approval_reminders.nudge(work, clock, people, catalog)),
        Sweep("lapse-grants", MINUTE, lambda: deadlines.lapse_grants(work, clock)),
        Sweep("expire", SOON, lambda: deadlines.expire(work, clock)),
        Sweep("announce-endings", MINUTE, lambda: expiry_notices.announce(work, clock, iam, people, catalog)),
        Sweep("fail-unclaimed", SOON, lambda: deadlines.fail_unclaimed(work, clock)),
        Sweep("discard-sealed", SOON, lambda: deadlines.discard_sealed(work, clock)),
        Sweep("discard-lost", SOON, lambda: deadlines.discard_lost(work, clock)),
        Sweep("erase-traces", 1, lambda: deadlines.erase_traces(work, clock)),
        Sweep("ask-receipt", SOON, lambda: deadlines.ask_receipt(work, clock)),
        Sweep("settle-revealed", MINUTE, lambda: deadlines.settle_revealed(work, clock, catalog)),
        Sweep("carry-out-wishes", 1, lambda: activation.carry_out_wishes(work, clock, iam, people, catalog)),
        Sweep("extend", 2, lambda: renew_apply.extend(work, clock, iam, people, catalog)),
        Sweep("retire-due", MINUTE, lambda: retire_due.retire_due(work, clock, entropy, iam, people, catalog)),
        Sweep("proof", MINUTE / 4, lambda: switchover_check.look(work, clock, iam, catalog)),
        Sweep("delete-due", SOON, lambda: retire_due.delete_due(work, clock, entropy, iam, catalog)),
        Sweep("abandoned", SOON, lambda: recover.abandoned(work, clock)),
        Sweep("clear-gone", SOON, lambda: recover.clear_gone(work, clock, iam, catalog)),
        Sweep("clear-devices", MINUTE, lambda: mfa_device.clear(work, clock, iam, catalog)),
        Sweep("orphans", SOON, lambda: orphans.orphans(work, clock, entropy, iam, catalog)),
        Sweep("tear-down", 1, lambda: teardown.tear_down(work, clock, iam, catalog)),
        Sweep("revoke-sessions", 1, lambda: session_revocation.carry_out(work, clock, entropy, responder, catalog)),
        Sweep("compare", MINUTE, lambda: detect.compare(work, clock, entropy, iam, people, catalog)),
        Sweep("policies", MINUTE, lambda: managed_policies.watch(work, clock, iam, people, catalog)),
        Sweep("mend", SOON, lambda: repair.carry_out(work, clock, entropy, iam, people, catalog)),
        Sweep("storms", SOON, lambda: teardown_progress.watch(work, clock, catalog)),
        Sweep("strays", HOUR, lambda: teardown.strays(work, clock, iam, catalog)),
        Sweep("room", HOUR, lambda: iam_quota.look(work, clock, iam, catalog)),
        Sweep("adopt-off", 2, lambda: deactivate.carry_out(desk)),
        Sweep("adopt-on", SOON, lambda: reactivate.carry_out(desk)),
        Sweep("adopt-enforced", MINUTE, lambda: deactivate.carry_out_enforced(desk)),
        Sweep("adopt-overlaps", MINUTE, lambda: replace.start_overlaps(desk)),
        Sweep("adopt-prove", MINUTE / 4, lambda: adopt_prove.prove(desk)),
        Sweep("adopt-retire-due", MINUTE, lambda: replace.retire_due(desk)),
        Sweep("adopt-delete-due", MINUTE, lambda: delete_due.delete_due(desk)),
        Sweep("inventory", MINUTE, lambda: inventory.sweep(stock)),
        Sweep("ask-wanted", MINUTE, known.ask_wanted),
        Sweep("match", MINUTE, lambda: email_lookup.match(work, clock, known, catalog)),
        Sweep("leavers", HOUR / 4, lambda: leavers.look(work, clock, entropy, known)),
        Sweep("countdown", HOUR / 4, lambda: leavers.announce(work, clock, known, catalog)),
        Sweep("ownerless", HOUR / 4, lambda: ownerless.post(work, clock, known, catalog)),
        Sweep("look-over", HOUR, lambda: own_keys.look_over(work, clock, entropy, iam, catalog)),
        Sweep("digest", MINUTE / 4, lambda: own_keys.digest(work, clock, known, catalog)),
        Sweep("escalate", HOUR / 4, lambda: escalate.escalate(work, clock, known, catalog)),
        Sweep("enforce", HOUR, lambda: enforce.enforce(hygiene)),
        Sweep("report", HOUR / 4, lambda: account_report.weekly(work, clock, catalog)),
        Sweep("prune", MINUTE * 5, lambda: deadlines.prune(work, clock)),
        Sweep("pull-back", HOUR, lambda: deadlines.pull_back(work, clock)),
    )
