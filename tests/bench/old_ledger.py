"""A ledger after years of use, on PostgreSQL: many grants, most of them ended, and nothing due.

Of a thousand grants nine hundred have ended and are torn down; the rest have a live key whose lease ends in weeks.
Found keys are in a separate account. Rows are generated in the database, so that 200,000 grants take seconds.
"""

from sqlalchemy import Engine, text

ACCOUNT = "main"
OPEN_EACH = 10  # one grant in this many is still active

_IS_OPEN = f"n % {OPEN_EACH} = 0"
_ROWS = (
    """INSERT INTO request (id, kind, entitlement, requester, duration, justification, state, made_at, decide_by,
        "grant", replaces, taken_over_at)
    SELECT 'r' || n, 'new', 'reports-read', 'U' || n % :owners, 2592000, 'the nightly report', 'approved',
        now() - n % 1000 * interval '1 day', now() - (n % 1000 - 3) * interval '1 day', 'g' || n,
        CASE WHEN n % 20 = 0 THEN 'k' || n END, CASE WHEN n % 20 = 0 THEN now() END
    FROM generate_series(1, :grants) n""",
    """INSERT INTO decision (request, approver, answer, justification, made_at)
    SELECT 'r' || n, 'U' || (n + 1) % :owners, 'approve', '', now() - n % 1000 * interval '1 day'
    FROM generate_series(1, :grants) n""",
    f"""INSERT INTO grants (id, request, entitlement, account, owner, duration, state, made_at, collect_by, lease_until,
        told_stage, ending_due_at, ended_at, torn_down_at)
    SELECT 'g' || n, 'r' || n, 'reports-read', :account, 'U' || n % :owners, 2592000,
        CASE WHEN {_IS_OPEN} THEN 'active' ELSE 'expired' END,
        now() - n % 1000 * interval '1 day', now() - n % 1000 * interval '1 day',
        now() + (CASE WHEN {_IS_OPEN} THEN 20 + n % 60 ELSE -1 - n % 1000 END) * interval '1 day',
        1209600, CASE WHEN {_IS_OPEN} THEN now() + (13 + n % 60) * interval '1 day' END,
        CASE WHEN {_IS_OPEN} THEN NULL ELSE now() - (1 + n % 1000) * interval '1 day' END,
        CASE WHEN {_IS_OPEN} THEN NULL ELSE now() - (1 + n % 1000) * interval '1 day' END
    FROM generate_series(1, :grants) n""",
    f"""INSERT INTO credential (id, "grant", kind, state, made_at, wanted_until, claimed_at, claimed_by, slot,
        access_key_id, created_at, revealed_at, asked_at, live_at, retire_at, delete_at, look_at, ended_at, gone_at)
    SELECT 'c' || n, 'g' || n, 'access_key', CASE WHEN {_IS_OPEN} THEN 'live' ELSE 'deleted' END, at, at, at, 'w1', 1,
        'AKIA' || n, at, at, at, at, CASE WHEN {_IS_OPEN} THEN NULL ELSE at END,
        CASE WHEN {_IS_OPEN} THEN NULL ELSE at END, CASE WHEN {_IS_OPEN} THEN NULL ELSE at END,
        CASE WHEN {_IS_OPEN} THEN NULL ELSE at + interval '1 day' END,
        CASE WHEN {_IS_OPEN} THEN NULL ELSE at + interval '1 day' END
    FROM (SELECT n, now() - n % 1000 * interval '1 day' AS at FROM generate_series(1, :grants) n) made""",
    """INSERT INTO tombstone (id, credential, owner, proof_hash, outcome, at, erased_at)
    SELECT 'e' || n, 'c' || n, 'U' || n % :owners, sha256(n::text::bytea), 'revealed',
        now() - n % 29 * interval '1 day', now()
    FROM generate_series(1, :grants) n""",
    """INSERT INTO outbox (notice, subject, "to", wanted, done, due_at, done_at)
    SELECT kind, 'g' || n, 'U' || n % :owners, 3, 3, now(), now() - n % 89 * interval '1 day'
    FROM generate_series(1, :grants) n, unnest(ARRAY['grant:owner', 'grant:ended', 'request:approval']) kind""",
    """INSERT INTO message (notice, subject, "to", channel, ts, revision, posted_at)
    SELECT kind, 'g' || n, 'U' || n % :owners, 'D' || n % :owners, n || '.000100', 3,
        now() - n % 1000 * interval '1 day'
    FROM generate_series(1, :grants) n, unnest(ARRAY['grant:owner', 'grant:ended', 'request:approval']) kind""",
    """INSERT INTO audit (tag, subject, actor, at, facts)
    SELECT tag, 'c' || n, 'U' || n % :owners, now() - n % 1000 * interval '1 day', '{}'
    FROM generate_series(1, :grants) n,
        unnest(ARRAY['credential:minted', 'credential:claimed', 'credential:live']) tag""",
    """INSERT INTO audit_chain (seq, event, previous_hash, hash)
    SELECT event, event, repeat('0', 64), repeat('0', 64) FROM audit_waiting""",
    "UPDATE audit_cursor SET numbered = (SELECT max(seq) FROM audit_chain)",
    "TRUNCATE audit_waiting",
    """INSERT INTO found_user (account, name, arn, created_at, seen_at, owner, tags, password, mfa, quarantined,
        owner_by, member_at)
    SELECT :account, 'user-' || n, 'arn:aws:iam::123456789012:user/user-' || n, now() - interval '400 days', now(),
        'U' || n % :owners, '{}', false, false, false, 'tag', now()
    FROM generate_series(1, :users) n""",
    """INSERT INTO found_key (id, account, "user", slot, created_at, active, first_seen_at, seen_at, access_key_id,
        used_known, used_at, gone_at)
    SELECT 'k' || n, :account, 'user-' || (n + 1) / 2, n % 2 + 1, now() - interval '80 days', true,
        now() - interval '80 days', now(), 'AKIAFOUND' || n, true, now() - interval '1 day', NULL
    FROM generate_series(1, 2 * :users) n""",
    """INSERT INTO adopted (id, account, "user", access_key_id, state, began_at, retire_at, look_at, off_at, delete_at,
        gone_at)
    SELECT 'k' || n, :account, 'user-' || n, 'AKIAFOUND' || n, 'gone', now() - interval '90 days',
        now() - interval '80 days', now() - interval '80 days', now() - interval '80 days',
        now() - interval '73 days', now() - interval '73 days'
    FROM generate_series(1, :users / 10) n""",
    f"""INSERT INTO finding (id, kind, credential, owner, account, iam_user, access_key_id, opened_at, evidence,
        closed_at, told_at, round, stage, step, due_at)
    SELECT 'f' || n, 'stale', 'c' || n, 'U' || n % :owners, :account, 'latchkey-g' || n, 'AKIA' || n,
        now() - (100 + n % 900) * interval '1 day', '90 days old',
        CASE WHEN {_IS_OPEN} THEN NULL ELSE now() - n % 179 * interval '1 day' END,
        now() - (100 + n % 900) * interval '1 day', 0, 1,
        CASE WHEN {_IS_OPEN} THEN 'owner' END, CASE WHEN {_IS_OPEN} THEN now() + interval '5 days' END
    FROM generate_series(1, :grants) n""",
    """INSERT INTO told (finding, round, stage, step, notice, subject, at)
    SELECT 'f' || n, 0, 0, 'owner', 'finding:digest', 'U' || n % :owners || '/' || n % 1000,
        now() - (100 + n % 900) * interval '1 day'
    FROM generate_series(1, :grants) n""",
    """INSERT INTO difference (id, "grant", kind, about, evidence, facts, seen_at, told_at, closed_at)
    SELECT 'd' || n, 'g' || n, 'tags', '', 'x', '{}', now() - interval '90 days', now() - interval '90 days',
        now() - n % 89 * interval '1 day'
    FROM generate_series(1, :grants / 10) n""",
    """INSERT INTO address (address, wanted_at, asked_at)
    SELECT 'user-' || n || '@example.com', now(), now() FROM generate_series(1, :users) n""",
    """INSERT INTO word (account, iam_user, created_at, owner, over, by, at)
    SELECT :account, 'user-' || n, now() - interval '400 days', 'U' || n % :owners, '', 'U1', now() - interval '90 days'
    FROM generate_series(1, :users) n""",
    """INSERT INTO claim (id, account, iam_user, claimant, asked_by, said, made_at, state, decided_by, decided_at)
    SELECT 'l' || n, :account, 'user-' || n, 'U' || n % :owners, 'U' || n % :owners, 'mine', now() - interval '90 days',
        'confirmed', 'U1', now() - n % 89 * interval '1 day'
    FROM generate_series(1, :users) n""",
    """INSERT INTO leaver (id, owner, left_at, back_at)
    SELECT 'v' || n, 'W' || n, now() - interval '90 days', now() - interval '89 days'
    FROM generate_series(1, :users / 10) n""",
    """INSERT INTO usage_ask (id, account, access_key_id, asked_by, asked_at, answered_at)
    SELECT 'q' || n, :account, 'AKIA' || n, 'U' || n % :owners, now() - n % 29 * interval '1 day', now()
    FROM generate_series(1, :grants) n""",
    """INSERT INTO replacement (id, account, "user", access_key_id, means, began_by, began_at, quiet_since, look_at,
        ended_at)
    SELECT 'k' || n, :account, 'user-' || n, 'AKIA' || n, 'role', 'U' || n % :owners, at, at, at, at
    FROM (SELECT n, now() - n % 179 * interval '1 day' AS at FROM generate_series(1, :grants) n) replaced""",
    """INSERT INTO last_accessed ("grant", asked_at, tries, read_at, unused)
    SELECT 'g' || n, at, 1, at, '[]'
    FROM (SELECT n, now() - n % 89 * interval '1 day' AS at FROM generate_series(1, :grants) n) asked""",
    """INSERT INTO incident (id, access_key_id, state, source, opened_at, reported_by, whose, account, "user", round,
        "check", contain_at, contained_at, closed_at, closed_by)
    SELECT 'i' || n, 'AKIAFOUND' || n, 'closed', 'command', at, 'U' || n % :owners, 'found', :account,
        'user-' || (n + 1) / 2, 0, 3, at, at, at + interval '1 day', 'U1'
    FROM (SELECT n, now() - (2 + n % 700) * interval '1 day' AS at FROM generate_series(1, :grants / 10) n) leaked""",
    """INSERT INTO incident_report (incident, by, source, at)
    SELECT 'i' || n, 'U' || n % :owners, 'command', now() - (2 + n % 700) * interval '1 day'
    FROM generate_series(1, :grants / 10) n""",
    """INSERT INTO incident_step (incident, kind, target, round, state, done_at)
    SELECT 'i' || n, 'key', 'AKIAFOUND' || n, 0, 'done', now() - (2 + n % 700) * interval '1 day'
    FROM generate_series(1, :grants / 10) n""",
    """INSERT INTO delivery (id, at) SELECT 'Ev' || n, now() FROM generate_series(1, :users) n""",
)


def fill(engine: Engine, grants: int, users: int) -> None:
    """Grants with one credential, three outbox rows and three audit events each, and found users."""
    with engine.begin() as connection:
        for each in _ROWS:
            connection.execute(
                text(each), {"grants": grants, "owners": grants // 100, "users": users, "account": ACCOUNT}
            )
    vacuum(engine)


def vacuum(engine: Engine) -> None:
    """What PostgreSQL's autovacuum does within minutes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
