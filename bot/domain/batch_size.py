"""How many rows one run of a sweep takes, by what each row costs. The rest is due again in the next run.

How many keys a sweep may change without asking is another matter: domain/bulk_limit.py.
"""

LEDGER_ROWS = 100  # one short transaction for each
AWS_ROWS = 20  # several calls to AWS for each, one after the other
SWITCHOVERS = 30  # two reads of IAM for each: IAM throttles the whole account, not only Latchkey
DUE_KEYS = 500  # all that the bulk limit should count together
FINDINGS = 500  # read from the ledger and shown in messages
ENFORCED_FINDINGS = 200  # in one account, with AWS reads for each
COMPARED_GRANTS = 100  # in one account, read with a few calls for all of them
ADDRESSES = 20  # Slack answers users.lookupByEmail about 50 times a minute, and the sweep runs every minute
INCIDENTS = 1_000  # of all accounts: each takes its own, so that no account hides behind another
