"""The line to type for an extra that isn't installed."""

import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NAME = "latchkey-bot"


def install(extra: str) -> str:
    """The same line works for a wheel and for a checkout, editable or not: pip keeps what is installed and adds to it.

    Only a checkout that pip never installed is named by its folder, because an index may have another package of this
    name.
    """
    what = f"{NAME}[{extra}]"
    try:
        distribution(NAME)
    except PackageNotFoundError:
        what += f" @ {Path(__file__).parents[1].as_uri()}"
    return f"python3 -m pip --python {shlex.quote(sys.executable)} install {shlex.quote(what)}"
