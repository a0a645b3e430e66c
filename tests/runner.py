"""How pytest runs these tests: number of workers, what is skipped by default, and the summary lines."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

NO_CHROMIUM = "no Chromium: put chromium or google-chrome on PATH, or name it in LATCHKEY_CHROMIUM"
FEW_FILES = 4  # this few files finish before workers would have started and collected
MOST_WORKERS = 8
NAMED = ("bench", "long")  # run only when selected by -m; `long` also by its file
WAITING = ("whole", "processes", "sandbox")  # folders
DESELECTED = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run in parallel, if pytest-xdist is installed and neither -n nor --pdb is given."""
    sys.dont_write_bytecode = False  # else each worker, and the next run, compiles what it imports once more
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    option = config.option
    if hasattr(config, "workerinput") or option.usepdb or getattr(option, "numprocesses", 0) is not None:
        return
    option.numprocesses = _workers(config)
    option.dist = "worksteal" if option.dist == "no" else option.dist


def _workers(config: pytest.Config) -> int:
    """One for each core, and one more where tests of whole processes mostly wait.

    None if a path is missing: pytest then names it, which its workers don't.
    """
    paths = [config.invocation_params.dir / each.split("::")[0] for each in config.args]
    few = len(paths) <= FEW_FILES and all(each.suffix == ".py" for each in paths)
    alone = few or "bench" in config.option.markexpr or not all(each.exists() for each in paths)
    if alone:
        return 0
    waiting = any((each / name).is_dir() or name in each.parts for each in paths for name in WAITING)
    return min((os.cpu_count() or 1) + waiting, MOST_WORKERS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that wait for processes go first, and workers then share the short ones."""
    items.sort(key=lambda each: each.path.parent.name not in WAITING)
    files = {(config.invocation_params.dir / each.split("::")[0]).resolve() for each in config.args}
    left_out = {each for each in items if _left_out(each, config.option.markexpr, files)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [each for each in items if each not in left_out]


def _left_out(item: pytest.Item, marks: str, files: set[Path]) -> bool:
    found = [each for each in NAMED if item.get_closest_marker(each) and each not in marks]
    return bool(found) and not (found == ["long"] and item.path in files)


# --- workers report to the controller what they skipped ---------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    config.stash[DESELECTED] = 0


def pytest_deselected(items: list[pytest.Item]) -> None:
    for each in items:
        if isinstance(each, pytest.Item):
            each.config.stash[DESELECTED] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["deselected"] = session.config.stash[DESELECTED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker collects everything and skips the same: the first to end reports how many."""
    reporter = node.config.pluginmanager.get_plugin("terminalreporter")
    if not reporter.stats.get("deselected"):
        told = getattr(node, "workeroutput", {}).get("deselected", 0)
        node.config.hook.pytest_deselected(items=[SimpleNamespace() for _ in range(told)])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeated in the last lines, which some people only read."""
    skipped = [each for each in terminalreporter.getreports("skipped") if NO_CHROMIUM in str(each.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests were skipped: {NO_CHROMIUM}", yellow=True)
