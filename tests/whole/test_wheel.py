"""The wheel alone, unpacked into an empty folder, and installed without any extra."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import __version__
from tests.base_install import installed
from tests.commands.test_set_up import FLAGS
from tests.processes.running import BOT_TOKEN, SIGNING_SECRET, environment, free_port, once, started

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
PATIENCE = 240  # seconds
MOST = 150  # megabytes on the disk


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
    """In an empty folder, with only the wheel on the path."""
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


def test_the_wheels_demo_plays_the_tour_and_leaves_nothing_behind(unpacked: Path, tmp_path: Path) -> None:
    seen = run(unpacked, tmp_path, "-m", "bot", "demo", "--tour")
    assert (seen.returncode, seen.stderr) == (0, ""), seen.stdout
    assert "steps succeeded" in seen.stdout
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def base(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with Latchkey and its dependencies, without extras."""
    return installed(unpacked, tmp_path_factory.mktemp("base") / "venv")


def test_the_base_install_is_light(base: Path) -> None:
    packages = base.parents[1] / "lib"  # beside `bin`, whose links lead to the machine's own Python
    seen = subprocess.run(["du", "-smL", packages], capture_output=True, text=True, check=True)
    assert int(seen.stdout.split()[0]) <= MOST


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--version",), 0, f"latchkey {__version__}\n"),
        (("migrate",), 0, "The database is at this release's schema."),
        (("manifest",), 0, '"slash_commands"'),
        (("init", *FLAGS), 0, "wrote  latchkey-iam.yaml"),
        (("iam", "--format", "cloudformation"), 0, "AWS::IAM::ManagedPolicy"),
        (("iam",), 0, '"Boundary"'),
        (("doctor",), 1, "ok     catalog: 4 entitlements in 1 account"),
    ],
)
def test_without_extras_each_tool_runs(
    base: Path, words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    seen = once(tmp_path, *words, env=environment(tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:9"), python=base)
    assert (seen.returncode, seen.stderr) == (code, "")
    assert said in seen.stdout


@pytest.mark.parametrize("command", ["web", "worker", ""])
def test_without_extras_each_process_serves(base: Path, command: str, tmp_path: Path) -> None:
    port = free_port()
    env = environment(
        tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET=SIGNING_SECRET, SLACK_API_URL="http://127.0.0.1:9/api/",
        DATABASE_URL=f"sqlite:///{tmp_path}/ledger.db", **{"WORKER_PORT" if command == "worker" else "PORT": str(port)},
    )  # fmt: skip
    assert once(tmp_path, "migrate", env=env, python=base).returncode == 0
    process = started(tmp_path, command, env, port, python=base)
    try:
        process.wait_for("/readyz", 200)
        if command != "worker":
            process.wait_for("/guide/owners", 200)
    finally:
        code = process.end()
    assert code == 0, process.said()
    assert "Traceback" not in process.said()


def test_without_its_extra_the_demo_says_which_line_to_type(base: Path, tmp_path: Path) -> None:
    seen = once(tmp_path, "demo", env=environment(tmp_path), python=base)
    assert (seen.returncode, seen.stdout) == (2, "")
    assert seen.stderr.count("\n") == 1
    assert f"python3 -m pip --python {base} install 'latchkey-bot[demo]'" in seen.stderr
