"""How often each sweep runs. Deadlines are rows; an interval only limits how late they are noticed."""

from dataclasses import replace

from bot.flows.adopted import deactivate, delete_due, reactivate, request
from bot.flows.adopted import delete_now as adopt_delete_now
from bot.flows.adopted import replace as adopt_replace
from bot.flows.audit import chain
from bot.flows.context import AwsContext
from bot.flows.drift import detect, managed_policies, repair
from bot.flows.home import changes
from bot.flows.hygiene import account_report, digest, enforce, escalate, inventory, organization, own_keys
from bot.flows.issuing import mfa_device, orphans, recover
from bot.flows.leaks import checks as leak_checks
from bot.flows.leaks import contain, page, quarantine, triage
from bot.flows.leaks import reactivate as leak_reactivate
from bot.flows.leaks.account_threads import AccountThreads
from bot.flows.leaks.decisions import replaced as leak_replaced
from bot.flows.lifecycle import (
    activation,
    deadlines,
    delete_now,
    expiry_notices,
    last_accessed,
    renew_apply,
    retire_due,
    session_revocation,
    teardown,
    teardown_progress,
)
from bot.flows.ownership import email_lookup, leavers, ownerless
from bot.flows.ownership.people_cache import KnownPeople
from bot.flows.replacement import watch as replaced
from bot.flows.requests import approval_reminders, config_changes, iam_quota, review
from bot.runtime.worker import Sweep

SOON, MINUTE, HOUR = 5, 60, 3600


def sweeps(context: AwsContext) -> tuple[Sweep, ...]:
    known = KnownPeople(context.work, context.clock, context.people)
    sweeping = replace(context, people=known)  # for whatever asks Slack about many people; an act asks Slack itself
    watch = config_changes.CatalogWatch(context)
    looked_up, contained, checked = AccountThreads(), AccountThreads(), AccountThreads()
    return (
        Sweep("catalog", SOON, watch.record),
        Sweep("usergroups", 5 * MINUTE, lambda: config_changes.usergroups(context)),
        Sweep("lapse-requests", MINUTE, lambda: deadlines.lapse_requests(context)),
        Sweep("home", SOON, lambda: changes.publish_changed(context)),
        Sweep("approval-reminders", MINUTE, lambda: approval_reminders.send(context)),
        Sweep("reviews", 5 * MINUTE, lambda: review.remind(context)),
        Sweep("lapse-grants", MINUTE, lambda: deadlines.lapse_grants(context)),
        Sweep("expire", SOON, lambda: deadlines.expire(context)),
        Sweep("announce-endings", MINUTE, lambda: expiry_notices.announce(context)),
        Sweep("last-accessed", SOON, lambda: last_accessed.read(context)),
        Sweep("fail-unclaimed", SOON, lambda: deadlines.fail_unclaimed(context)),
        Sweep("discard-sealed", SOON, lambda: deadlines.discard_sealed(context)),
        Sweep("discard-lost", SOON, lambda: deadlines.discard_lost(context)),
        Sweep("erase-traces", 1, lambda: deadlines.erase_traces(context)),
        Sweep("ask-receipt", SOON, lambda: deadlines.ask_receipt(context)),
        Sweep("settle-revealed", MINUTE, lambda: deadlines.settle_revealed(context)),
        Sweep("activation", 1, lambda: activation.carry_out(context)),
        Sweep("keep-active", MINUTE / 4, lambda: activation.keep_active(context)),
        Sweep("extend", 2, lambda: renew_apply.extend(context)),
        Sweep("retire-due", MINUTE, lambda: retire_due.retire_due(context)),
        Sweep("switchovers", MINUTE / 4, lambda: retire_due.check_switchovers(context)),
        Sweep("delete-due", SOON, lambda: retire_due.delete_due(context)),
        Sweep("delete-now", 1, lambda: delete_now.carry_out(context)),
        Sweep("adopt-delete-now", 2, lambda: adopt_delete_now.carry_out(context)),
        Sweep("abandoned", SOON, lambda: recover.abandoned(context)),
        Sweep("clear-gone", SOON, lambda: recover.clear_gone(context)),
        Sweep("clear-devices", MINUTE, lambda: mfa_device.clear(context)),
        Sweep("orphans", SOON, lambda: orphans.orphans(context)),
        Sweep("tear-down", 1, lambda: teardown.tear_down(context)),
        Sweep("revoke-sessions", 1, lambda: session_revocation.carry_out(context)),
        Sweep("drift", MINUTE, lambda: detect.compare(context)),
        Sweep("managed-policies", MINUTE, lambda: managed_policies.watch(context)),
        Sweep("drift-repair", SOON, lambda: repair.carry_out(context)),
        Sweep("incomplete-teardowns", SOON, lambda: teardown_progress.watch(context)),
        Sweep("stray-users", HOUR, lambda: teardown.strays(context)),
        Sweep("iam-quota", HOUR, lambda: iam_quota.read_quotas(context)),
        Sweep("adopt-off", 2, lambda: deactivate.carry_out(context)),
        Sweep("adopt-on", SOON, lambda: reactivate.carry_out(context)),
        Sweep("adopt-enforced", MINUTE, lambda: deactivate.carry_out_enforced(context)),
        Sweep("adopt-overlaps", MINUTE, lambda: adopt_replace.start_overlaps(context)),
        Sweep("adopt-switchovers", MINUTE / 4, lambda: adopt_replace.check_switchovers(context)),
        Sweep("adopt-retire-due", MINUTE, lambda: adopt_replace.retire_due(context)),
        Sweep("adopt-delete-due", MINUTE, lambda: delete_due.delete_due(context)),
        Sweep("inventory", MINUTE, lambda: inventory.sweep(sweeping)),
        Sweep("quarantined", MINUTE, lambda: quarantine.open_incidents(context)),
        Sweep("ask-wanted", MINUTE, known.ask_wanted),
        Sweep("match-emails", MINUTE, lambda: email_lookup.match(sweeping)),
        Sweep("leavers", HOUR / 4, lambda: leavers.check_owners(sweeping)),
        Sweep("leaver-reminders", HOUR / 4, lambda: leavers.announce(sweeping)),
        Sweep("ownerless", HOUR / 4, lambda: ownerless.post(sweeping)),
        Sweep("own-keys", HOUR, lambda: own_keys.look_over(context)),
        Sweep("digest", MINUTE / 4, lambda: digest.digest(sweeping)),
        Sweep("escalate", HOUR / 4, lambda: escalate.escalate(sweeping)),
        Sweep("enforce", HOUR, lambda: enforce.enforce(sweeping, lambda key: request.enforce(context, key=key))),
        Sweep("replaced", MINUTE, lambda: replaced.check(context)),
        Sweep("report", HOUR / 4, lambda: account_report.weekly(context)),
        Sweep("organization", HOUR / 4, lambda: organization.read_accounts(context)),
        Sweep("leak-look-up", 1, lambda: triage.triage(context, looked_up), woken=True),
        Sweep("leak-contain", 1, lambda: contain.carry_out(context, contained), woken=True),
        Sweep("leak-check", 1, lambda: leak_checks.check(context, checked), woken=True),
        Sweep("leak-reactivate", 1, lambda: leak_reactivate.carry_out(context)),
        Sweep("leak-page", 1, lambda: page.page_due(context), woken=True),
        Sweep("leak-replaced", SOON, lambda: leak_replaced.revoke_replaced(context)),
        Sweep("leak-escalate", SOON, lambda: page.escalate_due(context)),
        Sweep("number-audit", SOON, lambda: chain.number(context.work)),
        Sweep("prune", MINUTE * 5, lambda: deadlines.prune(context)),
        Sweep("clock-jumps", HOUR, lambda: deadlines.undo_clock_jumps(context)),
    )
