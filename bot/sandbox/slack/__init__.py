"""A strict stand-in for Slack, in memory and on loopback: the tests and the demo talk to the same one."""

from bot.sandbox.slack.answers import Answer
from bot.sandbox.slack.deliver import Ack, Delivery
from bot.sandbox.slack.errors import Unplayable
from bot.sandbox.slack.people import DEFAULT_PEOPLE, Person
from bot.sandbox.slack.person import Actor
from bot.sandbox.slack.standin import StandIn
from bot.sandbox.slack.state import Message
from bot.sandbox.slack.windows import View

__all__ = ["DEFAULT_PEOPLE", "Ack", "Actor", "Answer", "Delivery", "Message", "Person", "StandIn", "Unplayable", "View"]
