"""The wheel alone, unpacked into an empty folder: it migrates, and its demo plays the whole tour."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 240  # seconds


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("latchkey_bot-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def run(site: Path, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """In an empty folder, with nothing of ours on the path but the wheel."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(site), "TMPDIR": str(home)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_what_runs_is_the_wheels(unpacked: Path, tmp_path: Path) -> None:
    seen = run(unpacked, tmp_path, "-c", "import bot; print(bot.__file__)")
    assert Path(seen.stdout.strip()).is_relative_to(unpacked), seen.stderr
    assert not (unpacked / "tests").exists()


def test_it_migrates_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    seen = run(unpacked, tmp_path, "-m", "bot", "migrate")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert "latchkey.db" in {each.name for each in tmp_path.iterdir()}


def test_its_demo_plays_the_tour_and_leaves_nothing(unpacked: Path, tmp_path: Path) -> None:
    seen = run(unpacked, tmp_path, "-m", "bot", "demo", "--tour")
    assert (seen.returncode, seen.stderr) == (0, ""), seen.stdout
    assert "steps proved" in seen.stdout
    assert not list(tmp_path.iterdir())
