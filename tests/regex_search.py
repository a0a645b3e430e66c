"""Every regular expression in the project, found in its source, and texts made to be slow for each of them."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parent.parent
CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
WRAPPERS = frozenset(
    {
        ("bot.config.catalog_schema", "shaped"),
        ("bot.config.catalog_schema", "_text"),
        ("bot.domain.usage.user_agent", "_tool"),
        ("bot.sandbox.slack.limits", "Written"),
    }
)
"""What takes a pattern and hands it to re."""
NAMED = re.compile(r"(?<!['’])\bre\b")  # and not "we're"
REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
ANY = "a0-_.:/ \"'@=<"  # tried in this order for a character set, and for a negated one


def found() -> Iterator[tuple[str, str, re.Pattern[str] | None]]:
    """Module, the pattern as written, and the pattern; None if it is built at run time."""
    wrapping = {module for module, _ in WRAPPERS}
    for file in sorted((ROOT / "bot").rglob("*.py")):
        name, text = ".".join(file.relative_to(ROOT).with_suffix("").parts), file.read_text()
        if not (name in wrapping or NAMED.search(text)):  # most files; parsing takes much longer
            continue
        for call in _calls(name, ast.parse(text)):
            yield name, ast.unparse(call.args[0]), _compiled(name, call)


def _calls(module: str, tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name in CALLS:
                yield node
            case ast.Call(func=ast.Name(id=name)) if (module, name) in WRAPPERS:
                yield node
            case ast.ImportFrom(module="re"):
                raise AssertionError("import re as a whole: tests/regex_search.py looks for `re.`")


def _compiled(module: str, call: ast.Call) -> re.Pattern[str] | None:
    names = vars(importlib.import_module(module))
    written = [call.args[0], *(each.value for each in call.keywords if each.arg == "flags")]
    if ast.unparse(call.func) == "re.compile" and len(call.args) > 1:
        written.append(call.args[1])
    try:
        return re.compile(*(eval(ast.unparse(each), dict(names)) for each in written))
    except NameError:
        return None


def starts(pattern: re.Pattern[str]) -> list[str]:
    """Texts that match its beginning, up to each repeat."""
    return sorted({_example(nodes[:at]) for nodes in _sequences(_tree(pattern)) for at in _repeats(nodes)} | {""})


def bodies(pattern: re.Pattern[str]) -> list[str]:
    """Texts that match each repeat, alone and with its surroundings."""
    made = set()
    for nodes in _sequences(_tree(pattern)):
        for at in _repeats(nodes):
            made |= {_example(nodes[at : at + 1]), _example(nodes[: at + 1]), _example(nodes[at : at + 2])}
    return sorted(each for each in made if 0 < len(each) <= 64)


def _tree(pattern: re.Pattern[str]) -> list[Any]:
    return list(parser.parse(pattern.pattern, pattern.flags))


def _sequences(nodes: list[Any]) -> Iterator[list[Any]]:
    yield nodes
    for node in nodes:
        for inside in _inside(node):
            yield from _sequences(inside)


def _repeats(nodes: list[Any]) -> list[int]:
    return [at for at, (op, _) in enumerate(nodes) if op in REPEATS or op is codes.BRANCH]


def _inside(node: tuple[Any, Any]) -> list[list[Any]]:
    op, given = node
    if op in REPEATS:
        return [list(given[2])]
    if op is codes.SUBPATTERN:
        return [list(given[3])]
    if op is codes.ATOMIC_GROUP:
        return [list(given)]
    if op is codes.BRANCH:
        return [list(each) for each in given[1]]
    return []


def _example(nodes: list[Any]) -> str:
    """A short text that matches, or nearly; lookaround is ignored."""
    return "".join(map(_one, nodes))


def _one(node: tuple[Any, Any]) -> str:
    op, given = node
    if op is codes.LITERAL:
        return chr(given)
    if op in {codes.ANY, codes.NOT_LITERAL}:
        return next(each for each in ANY if ord(each) != given)
    if op is codes.IN:
        return _member(given)
    if op in REPEATS:
        return _example(list(given[2])) * max(given[0], 1)
    inside = _inside(node)
    return _example(inside[0]) if inside else ""


def _member(given: list[Any]) -> str:
    fits = re.compile(f"[{''.join(map(_written, given))}]", re.ASCII)
    return next(each for each in map(chr, [*map(ord, ANY), *range(0x7F)]) if fits.match(each))


def _written(item: tuple[Any, Any]) -> str:
    op, given = item
    if op is codes.RANGE:
        return f"{re.escape(chr(given[0]))}-{re.escape(chr(given[1]))}"
    if op is codes.CATEGORY:
        negated = "NOT" in str(given)
        letter = {"SPACE": "s", "DIGIT": "d", "WORD": "w"}[str(given).rpartition("_")[2]]
        return "\\" + (letter.upper() if negated else letter)
    return "^" if op is codes.NEGATE else re.escape(chr(given))
