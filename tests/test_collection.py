"""Workers share out the tests by their order, so every process must collect the same ones in the same order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COLLECT = ("-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "--collect-only", "-q", "--no-header")


def collected(seed: str) -> list[str]:
    env = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, *COLLECT, "-m", "long or not long", "tests"]
    found = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return [line for line in found.stdout.splitlines() if "::" in line]


@pytest.mark.long
def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    first = collected("1")
    assert len(first) > 5000
    assert collected("2") == first
