"""Somebody who reads #general of `latchkey demo`, and uses each key that is pasted there with its secret."""

from bot.sandbox.attacker import Attacker
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn

GENERAL = "C02GENERAL"


class Lurker:
    def __init__(self, slack: StandIn, aws: AwsStandIn) -> None:
        self._slack, self._aws = slack, aws
        self.attackers: dict[str, Attacker] = {}  # by access key id

    def look(self) -> None:
        """Called again and again: everything that is new in the channel is tried at once."""
        with self._slack.world.workspace.lock:
            said = " ".join(each.text for each in self._slack.channels[GENERAL].messages)
        for key, (user, secret) in self._aws.secrets.items():
            if key in said and secret in said and key not in self.attackers:
                self.attackers[key] = Attacker(self._aws, key=key, secret=secret, user=user)
                self.attackers[key].race()

    def close(self) -> None:
        for each in self.attackers.values():
            each.close()
