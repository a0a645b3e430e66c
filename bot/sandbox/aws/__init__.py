"""The sandbox's stand-in for AWS: moto behind one thin gate that mends what moto gets wrong."""

from bot.sandbox.aws.authorise import Network
from bot.sandbox.aws.faults import Faults
from bot.sandbox.aws.gate import Call
from bot.sandbox.aws.standin import AwsStandIn

__all__ = ["AwsStandIn", "Call", "Faults", "Network"]
