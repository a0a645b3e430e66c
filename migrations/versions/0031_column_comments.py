"""Column comments in plain words. PostgreSQL alone keeps them; an older release works with these as well."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COMMENTS = (
    ("address.wanted_at", "when an inventory last found this address in a tag"),
    ("address.person", "the full member with this e-mail address; null: nobody"),
    ("address.tried_at", "when Slack was last asked, with or without an answer"),
    ("claim.asked_by", "who named this person as owner, if they did not claim it themselves"),
    ("delivery.id", "Slack's trigger, view or event id"),
    ("found_user.owner", "a Slack user id, or subteam-S… for a user group"),
    ("found_user.password", "whether the user can sign in to the console; null: unknown"),
    ("found_user.owner_by", "how Latchkey knows the owner"),
    ("found_user.member_at", "when Slack last reported the owner as a full member"),
    ("found_user.doubt", "an owner tag that names nobody in this workspace"),
    ("halt.settled_at", "when somebody answered; the answer covers what was due by then"),
    ("leaver.left_at", "when Latchkey noticed that this person left"),
    ("leaver.told_stage", "the latest reminder that was sent"),
    ("leaver.back_at", "when this person was a full member again"),
    ("message.posted_at", "when Slack first accepted it; from then on it counts as delivered"),
    ("outbox.to", "a channel, a person or an open modal"),
    ("outbox.wanted", "the revision that Slack should show"),
    ("outbox.done", "the revision that Slack shows"),
    ("outbox.done_at", "when Slack last showed it, or when its subject was last seen to exist"),
    ("past_owner.last_at", "when this person last owned it, alone or in a user group"),
    ("presence.facts", "Slack's answer; null: none yet"),
    ("rate.times", "the times of the last events, each in 13 digits: milliseconds since 1970"),
    ("rate.left_out", "the time of the event before those, once as many are kept as the limit allows"),
    ("rate.since", "start of the span that ends with the last event"),
    ("rate.until", "when the last event stops counting"),
    ("reading.claimed_until", "until when one worker reads this account"),
    ("reading.asked_at", "when AWS began to make the credential report"),
    ("reading.first_read_at", "start of the dry run, in which nothing is deactivated"),
    ("reading.report_at", "when AWS made the credential report that was read last"),
    ("reading.problem", "why the last inventory failed, as a sentence"),
    ("request.replaces", "the found key that it replaces"),
    ("request.taken_over_at", "when the overlap with that key began, or when that key was seen to be gone"),
    ("request.deciders", "the approvers when the request was made"),
    ("request.dedup_key", "owner and entitlement; unique among open requests"),
    ("request.touched", "row lock for the rules that count decisions"),
    ("session_role.claimed_until", "until when one worker writes the policy"),
    ("word.created_at", "when the IAM user was created, because a later user can have the same name"),
    ("word.owner", "null: nobody"),
    ("word.over", "the owner tags at that time"),
    ("decision.approver", "one decision from each person"),
    ("decision.duration", "shorter than requested"),
    ("found_key.slot", "the slot in the credential report; null for a third key"),
    ("found_key.created_at", "in whole seconds; with the user, identifies the key"),
    ("found_key.access_key_id", "read only for keys with a finding"),
    ("found_key.credential", "the credential, if Latchkey created this key"),
    ("found_key.unclear", "why Latchkey cannot tell which key this is"),
    ("grants.renew_until", "approved, but not the lease until AWS has it too"),
    ("grants.renew_try_at", "until when a worker holds it, or when it is tried next"),
    ("grants.told_stage", "the latest expiry notice that was sent, as the time before the end"),
    ("grants.ending_due_at", "when the next expiry notice is due"),
    ("grants.stuck_on", "the call of the teardown that AWS refuses"),
    ("grants.next_try_at", "when the teardown or the search for orphans is due"),
    ("adopted.began_at", "start of this deactivation or deletion, which has one message"),
    ("adopted.request", "the request whose grant replaces it"),
    ("adopted.told_at", "when its owner was told that somebody can delete it by hand"),
    ("adopted.undoers", "who could agree to reactivate it when it was deactivated"),
    ("adopted.touched", "row lock while agreements are counted"),
    ("credential.revoke_at", "when somebody revoked it; the worker revokes it in AWS next"),
    ("credential.revoked_at", "when AWS showed the policy that denies it"),
    ("credential.asked_at", "when the owner was asked whether the key arrived, once"),
    ("credential.off_by", "who deactivated it, while it can be reactivated"),
    ("credential.used_at", "last use, as AWS reported it at used_read_at"),
    ("credential.look_at", "for the old key of a rotation: when the last use of both keys is read next"),
    ("credential.proof", "the state of the switch-over in the rotation's message"),
    ("credential.next_try_at", "when AWS is asked again after it refused or did not answer"),
    ("credential.device", "serial number of the MFA device whose seed is in this key's envelope"),
    ("difference.about", "an access key id, or empty"),
    ("difference.told_at", "when it was seen a second time and reported"),
    ("difference.pressed_by", "who pressed the button; the worker acts next"),
    ("difference.stuck_on", "why the last repair failed"),
    ("agreement.approver", "one agreement from each person"),
    ("finding.owner", "a Slack user id, or subteam-S… for a user group; null: nobody"),
    ("finding.access_key_id", "empty if it is about the whole user"),
    ("finding.round", "counts up after each exemption"),
    ("finding.stage", "escalation steps taken in this round"),
    ("finding.rung", "the next escalation step"),
    ("finding.due_at", "when the next escalation step is due"),
    ("finding.handed", "a new owner took over and the reminders began again"),
    ("tombstone.told_at", "one DM for each dead envelope"),
    ("tombstone.erased_at", "since when no database file holds the envelope"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for column, text in COMMENTS:
        quoted = text.replace("'", "''")
        op.execute(f"COMMENT ON COLUMN {column} IS '{quoted}'")


def downgrade() -> None:
    pass
