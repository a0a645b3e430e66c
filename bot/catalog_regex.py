"""Match a whole text against a regular expression of the catalog, in time linear in the text.

The standard library's `re` backtracks: over a text that somebody typed, one nested repeat stops the whole process.
RE2 doesn't, and refuses what needs backtracking, such as a back-reference or lookaround.
"""

from collections.abc import Callable
from functools import lru_cache

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # a mistake is raised instead


@lru_cache(maxsize=512)
def whole(expression: str) -> Callable[[str], bool]:
    """Whether a whole text matches. Raises ValueError, which says why the expression can't be used."""
    try:
        compiled = re2.compile(expression, _OPTIONS)
    except re2.error as wrong:
        raise ValueError(_said(wrong)) from None
    return lambda text: compiled.fullmatch(text) is not None


def _said(wrong: Exception) -> str:
    given = wrong.args[0] if wrong.args else wrong
    return given.decode(errors="replace") if isinstance(given, bytes) else str(given)
