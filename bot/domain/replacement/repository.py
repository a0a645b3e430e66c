"""The repository whose workflow takes a role: read from what people paste, and refused where it could mean more."""

import re
from dataclasses import dataclass

from bot.domain.errors import Reason, Refused
from bot.domain.replacement.means import Means

MOST = 255  # characters
PREFIXES = ("https://", "ssh://git@", "git@")
LABEL = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(?:@[0-9]{1,20})?", re.ASCII)
PARTS = range(2, 11)
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
    found = _split(text.strip().removesuffix("/").removesuffix(".git")) if len(text) <= MOST else None
    if found is None or ("://" in text and PORT.search(text)):
        raise Refused(Reason.NOT_A_REPOSITORY)
    named, path = found
    host = (named or (GITLAB if means is Means.GITLAB else GITHUB)).removeprefix("www.")
    if "github" in host and host != GITHUB:
        raise Refused(Reason.NOT_A_REPOSITORY)
    made = Repository(host, path)
    if means is Means.GITHUB and "gitlab" not in host and made.means is not means:
        raise Refused(Reason.NOT_A_REPOSITORY)
    owner, _, name = made.path.partition("/")
    if made.means is Means.GITHUB and ("/" in name or "." in owner):
        raise Refused(Reason.NOT_A_REPOSITORY)
    if made.means is Means.GITLAB and "@" in made.path:
        raise Refused(Reason.NOT_A_REPOSITORY)
    return made


def _split(text: str) -> tuple[str | None, str] | None:
    """Host and path. Without a prefix, the host may be missing."""
    prefix = next((each for each in PREFIXES if text.startswith(each)), "")
    address = text.removeprefix(prefix)
    host, _, path = address.partition(":" if ":" in address.partition("/")[0] else "/")
    labels = host.split(".")
    if len(labels) > 1 and all(map(LABEL.fullmatch, labels)) and _is_path(path):
        return host, path
    return (None, address) if not prefix and _is_path(address) else None


def _is_path(text: str) -> bool:
    parts = text.split("/")
    return len(parts) in PARTS and all(map(PART.fullmatch, parts))
