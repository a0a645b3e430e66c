"""The fake Slack and AWS of the demo and the tests. Importing it without its extra says how to install that."""

import sys
from importlib.util import find_spec

from bot.domain.errors import LatchkeyError

NEEDS = ("flask_cors", "moto", "rich", "websockets")

if any(find_spec(each) is None for each in NEEDS):
    raise LatchkeyError(
        "the demo needs packages that aren't installed; run "
        f"python3 -m pip --python {sys.executable} install 'latchkey-bot[demo]', or '.[demo]' in a checkout"
    )
