"""The repository whose workflow takes a role: read from what people paste, and refused where it could mean more."""

import re
from dataclasses import dataclass

from bot.domain.errors import Reason, Refused
from bot.domain.replacement.means import Means

MOST = 255  # characters
PART = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"
ADDRESS = re.compile(
    rf"(?:https://|ssh://git@|git@)?(?:(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)[/:])?(?P<path>{PART}(?:@\d+)?"
    rf"(?:/{PART}(?:@\d+)?){{1,9}})",
    re.ASCII,
)
PORT = re.compile(r":\d")
GITHUB, GITLAB = "github.com", "gitlab.com"


@dataclass(frozen=True, slots=True)
class Repository:
    """`path` is owner/name on GitHub, maybe with immutable ids (owner@1/name@2); on GitLab groups and a project."""

    host: str
    path: str

    @property
    def means(self) -> Means:
        return Means.GITHUB if self.host == GITHUB else Means.GITLAB

    @property
    def plain(self) -> str:
        """Without ids."""
        return re.sub(r"@\d+", "", self.path)


def parse(text: str, means: Means) -> Repository:
    """As owner/name, or as an address to clone or to open. Without a host it is where `means` says.

    Raises Refused: a wildcard or a missing part would trust more than one repository, and a port or a host that only
    looks like GitHub's another one. GitHub's steps hold for github.com alone.
    """
    found = ADDRESS.fullmatch(text.strip().removesuffix("/").removesuffix(".git")) if len(text) <= MOST else None
    if found is None or ("://" in text and PORT.search(text)):
        raise Refused(Reason.NOT_A_REPOSITORY)
    host = (found["host"] or (GITLAB if means is Means.GITLAB else GITHUB)).removeprefix("www.")
    if "github" in host and host != GITHUB:
        raise Refused(Reason.NOT_A_REPOSITORY)
    made = Repository(host, found["path"])
    if means is Means.GITHUB and "gitlab" not in host and made.means is not means:
        raise Refused(Reason.NOT_A_REPOSITORY)
    if made.means is Means.GITHUB and made.path.count("/") != 1:
        raise Refused(Reason.NOT_A_REPOSITORY)
    if made.means is Means.GITLAB and "@" in made.path:
        raise Refused(Reason.NOT_A_REPOSITORY)
    return made
