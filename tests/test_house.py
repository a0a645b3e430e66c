"""Layers, file sizes, the top level, and the files that a host, CI and a wheel rely on."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEPLOYED = [*PROJECT["project"]["dependencies"], *EXTRAS["charts"]]
REQUIREMENTS = (ROOT / "requirements.txt").read_text()

LONGEST = 250
MEDIAN = 80  # lines, of the product without its demo
FILES_MOST = 20  # in one package of PACKED, without __init__.py
SHARED_MOST = 9  # of bot/flows itself
PACKED = ("domain", "flows", "slack")
RETIRED = """
    adopting apart asking bounds cast compare comparing deps done door draw ending endings floor fuse halt hand hands
    heart holder holding hours knock ladder leave line look loops many match mend mending minder moves naming nudge ours
    owning parts post reading remind reminding road room scene sight sighting silence spoken stage stock storm stranger
    switching tell teller telling together typed visitor weather window wish words
"""
"""Words that no module is named with again: each had to be explained to a newcomer."""
LONGER = {"migrations/versions/0001_first.py": 300}  # one table after the other
TOP = {
    "bot",
    "migrations",
    "tests",
    "Procfile",
    "pyproject.toml",
    "README.md",
    "catalog.toml",
    "requirements.txt",
    "LICENSE",
}


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def own_files() -> list[Path]:
    """Files that git tracks or would add."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    if listed.returncode != 0:
        pytest.skip("this is no git checkout")
    return [each for each in map(Path, listed.stdout.splitlines()) if (ROOT / each).is_file()]


def modules() -> list[Path]:
    return [each for each in own_files() if each.suffix == ".py"]


def test_the_layers_hold() -> None:
    seen = run(BIN / "lint-imports", "--no-cache")
    assert seen.returncode == 0, seen.stdout + seen.stderr


def test_no_module_is_long() -> None:
    counted = {each.as_posix(): len((ROOT / each).read_text().splitlines()) for each in modules()}
    assert not {name: size for name, size in counted.items() if size > LONGER.get(name, LONGEST)}


def test_half_of_the_products_modules_are_short() -> None:
    product = [each for each in modules() if each.parts[0] == "bot" and each.parts[1] != "sandbox"]
    sizes = [len((ROOT / each).read_text().splitlines()) for each in product]
    assert statistics.median(sizes) <= MEDIAN


@pytest.mark.parametrize("folder", PACKED)
def test_no_package_has_too_many_files(folder: str) -> None:
    inside = [each for each in modules() if each.parts[:2] == ("bot", folder)]
    counted = Counter(each.parent.as_posix() for each in inside if each.name != "__init__.py")
    assert counted
    assert not {package: files for package, files in counted.items() if files > FILES_MOST}


def test_few_modules_are_shared_by_all_flows() -> None:
    assert len(list((ROOT / "bot" / "flows").glob("*.py"))) <= SHARED_MOST


def test_no_module_has_a_name_that_needs_explaining() -> None:
    assert not [
        each.as_posix() for each in modules() if set(RETIRED.split()) & set(each.stem.removeprefix("test_").split("_"))
    ]


def test_every_module_has_a_docstring() -> None:
    bare = []
    for each in modules():
        tree = ast.parse((ROOT / each).read_text())
        if tree.body and ast.get_docstring(tree) is None:
            bare.append(each.as_posix())
    assert not bare


def test_the_top_level_has_no_unexpected_files() -> None:
    top = {each.parts[0] for each in own_files()}
    assert not {each for each in top - TOP if not each.startswith(".")}
    assert top >= TOP


def test_no_file_names_a_machine_or_a_registry() -> None:
    places = ["/" + "work/", "/" + "root/", "/" + "opt/", "files." + "pythonhosted.org", "registry." + "npmjs.org"]
    found = []
    for each in own_files():
        text = (ROOT / each).read_bytes().decode(errors="replace")
        found += [(each.as_posix(), place) for place in places if place in text]
    assert not found


def test_requirements_are_pinned_hashed_and_name_no_host() -> None:
    assert not re.search(r"://|file:|--(extra-)?index|find-links|@", REQUIREMENTS)
    blocks = re.split(r"\n(?=[a-z0-9])", REQUIREMENTS.strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,]+\])?==\S+", block), block
        assert "--hash=sha256:" in block


def test_requirements_are_the_base_and_charts() -> None:
    pinned = {re.split(r"[=\[]", line)[0] for line in REQUIREMENTS.splitlines() if "==" in line}
    assert {Requirement(each).name for each in DEPLOYED} <= pinned
    assert not {Requirement(each).name for each in EXTRAS["demo"]} & pinned


def test_requirements_are_versions_that_pyproject_takes() -> None:
    pinned = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", REQUIREMENTS, re.MULTILINE))
    wanted = [Requirement(each) for each in DEPLOYED]
    assert not [f"{each} {pinned[each.name]}" for each in wanted if not each.specifier.contains(pinned[each.name])]


def test_procfile_is_the_designs_and_its_commands_exist() -> None:
    lines = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines == {"release": "python -m bot migrate", "web": "python -m bot web", "worker": "python -m bot worker"}
    for command in lines.values():
        seen = run(sys.executable, *command.split()[1:], "--help")
        assert seen.returncode == 0, seen.stderr


def test_ci_runs_the_readmes_second_command() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    second = re.search(r'^SECOND="(.+)"$', script, re.MULTILINE)
    assert second is not None
    assert second[1] in (ROOT / "README.md").read_text().splitlines()
    assert run("bash", "-n", ROOT / ".ci" / "run").returncode == 0


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_wheel_carries_what_an_empty_folder_needs(tmp_path: Path) -> None:
    seen = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert seen.returncode == 0, seen.stderr
    (wheel,) = tmp_path.glob("latchkey_bot-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in ("bot/_example/catalog.toml", "bot/_migrations/env.py", "bot/py.typed"):
        assert wanted in names
    folders = {"guide", "pictures", "static", "templates"}
    here = [each for each in (ROOT / "bot").rglob("*") if each.parent.name in folders and each.is_file()]
    assert {each.relative_to(ROOT).as_posix() for each in here} <= names
    assert any(re.fullmatch(r"bot/_migrations/versions/\w+\.py", each) for each in names)
    assert not [each for each in names if "__pycache__" in each or each.startswith(("tests/", "migrations/"))]
