"""A virtual environment with a wheel and its requirements, without extras and without a network.

The distributions come from the environment that runs the tests, linked into an empty one.
"""

import subprocess
import sys
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def installed(unpacked: Path, venv: Path) -> Path:
    """The Python of a new environment in the folder `venv`; `unpacked` holds the wheel's files."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (metadata,) = unpacked.glob("*.dist-info")
    for each in unpacked.iterdir():
        (site / each.name).symlink_to(each)
    for found in _required_by(PathDistribution(metadata)):
        for file in found.files or ():
            name = file.parts[0]
            if name != ".." and not (site / name).exists():
                (site / name).symlink_to(Path(str(found.locate_file(name))))
    return venv / "bin" / "python"


def _required_by(wheel: Distribution) -> list[Distribution]:
    """All requirements without extras that weren't requested, direct and indirect."""
    seen, waiting = set[tuple[str, str]](), [Requirement(each) for each in wheel.requires or ()]
    waiting = [each for each in waiting if each.marker is None or each.marker.evaluate({"extra": ""})]
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            if (key := (canonicalize_name(wanted.name), extra)) not in seen:
                seen.add(key)
                waiting += _wanted_by(distribution(wanted.name), extra)
    return [distribution(name) for name, extra in sorted(seen) if not extra]


def _wanted_by(found: Distribution, extra: str) -> list[Requirement]:
    rows = [Requirement(each) for each in found.requires or ()]
    return [each for each in rows if each.marker is None or each.marker.evaluate({"extra": extra})]
