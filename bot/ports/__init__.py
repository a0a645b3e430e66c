"""What the flows need from outside, as Protocols.

Adapters implement them; fakes in tests pass the same contract tests.
"""

from bot.ports.adopted import AdoptedKeys, Reactivator, Responder
from bot.ports.audit import AuditChain, Claim, Lag, Receiver, Recorded, Trail
from bot.ports.aws import Iam, KeySeen, NewKey, NewSession, UserSpec
from bot.ports.bulk_limits import Ended, Halts
from bot.ports.credentials import Credentials, Envelopes
from bot.ports.drift import Differences
from bot.ports.environment import Clock, Entropy, Notifier, People, Person
from bot.ports.grants import Grants
from bot.ports.home import Home
from bot.ports.incidents import Incidents
from bot.ports.inventory import Findings, Inventory, Printed, Reader, Reading
from bot.ports.last_accessed import LastAccessedServices
from bot.ports.messaging import Audit, Messages, Outbox, OutboxItem, Posted
from bot.ports.organization import Members
from bot.ports.owners import Owners
from bot.ports.pending_calls import PendingCalls
from bot.ports.preapprovals import Preapprovals
from bot.ports.presences import Known, Presences
from bot.ports.replacements import Replacements
from bot.ports.requests import Decisions, Questions, Requests
from bot.ports.reviews import Reviews
from bot.ports.sessions import SessionRoles
from bot.ports.usage import Usages
from bot.ports.work import Transaction, UnitOfWork

__all__ = [
    "AdoptedKeys",
    "Audit",
    "AuditChain",
    "Claim",
    "Clock",
    "Credentials",
    "Decisions",
    "Differences",
    "Ended",
    "Entropy",
    "Envelopes",
    "Findings",
    "Grants",
    "Halts",
    "Home",
    "Iam",
    "Incidents",
    "Inventory",
    "KeySeen",
    "Known",
    "Lag",
    "LastAccessedServices",
    "Members",
    "Messages",
    "NewKey",
    "NewSession",
    "Notifier",
    "Outbox",
    "OutboxItem",
    "Owners",
    "PendingCalls",
    "People",
    "Person",
    "Posted",
    "Preapprovals",
    "Presences",
    "Printed",
    "Questions",
    "Reactivator",
    "Reader",
    "Reading",
    "Receiver",
    "Recorded",
    "Replacements",
    "Requests",
    "Responder",
    "Reviews",
    "SessionRoles",
    "Trail",
    "Transaction",
    "UnitOfWork",
    "Usages",
    "UserSpec",
]
