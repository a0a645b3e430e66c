"""The AWS stand-in: moto behind a thin gate that corrects moto's differences from AWS."""

from bot.sandbox.aws.authorise import Network
from bot.sandbox.aws.cloudtrail import ABSENT, Trail, Use
from bot.sandbox.aws.faults import Faults
from bot.sandbox.aws.gate import Call
from bot.sandbox.aws.organizations import Member
from bot.sandbox.aws.standin import AwsStandIn

__all__ = ["ABSENT", "AwsStandIn", "Call", "Faults", "Member", "Network", "Trail", "Use"]
