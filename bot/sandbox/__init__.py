"""The fake Slack and AWS of the demo and the tests. Importing it without its extra says how to install that."""

from importlib.util import find_spec

from bot.domain.errors import LatchkeyError
from bot.extras import install

NEEDS = ("flask_cors", "moto", "rich", "websockets")

if any(find_spec(each) is None for each in NEEDS):
    raise LatchkeyError(f"the demo needs packages that aren't installed; run {install('demo')}")
