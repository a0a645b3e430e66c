"""The guide as web pages: the Markdown files of bot/guide, rendered once, and their pictures.

Only the names in PAGES, and those of files that are in the folder of pictures, are ever opened.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, render_template
from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INDEX = "index"
PAGES = (
    INDEX, "owners", "approvers", "admins", "hygiene", "replace", "leaks", "catalog", "deployment", "security", "audit",
    "states", "decisions", "changes",
)  # fmt: skip
"""In the order of the menu."""
PICTURES = "pictures/"
NOT_FOUND = "The guide has no such page. Choose one from the list."
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

MARK = re.compile(r"^<!-- /?[a-z-]+ -->\n", re.MULTILINE)  # where a generated part begins and ends


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    sections: Sequence[tuple[str, str]]  # anchor and heading of each part
    body: str  # HTML


def register(app: Flask) -> None:
    """GET and HEAD alone. Each address below /guide that is no page is answered by a page of one sentence."""
    app.url_map.converters["everything"] = Everything

    @app.get("/guide")
    @app.get("/guide/")
    def guide() -> Response:
        return _answer(INDEX)

    @app.get("/guide/<everything:page>")
    def guide_page(page: str) -> Response:
        if page in _pictures():
            return Response((files("bot") / "guide" / page).read_bytes(), mimetype="image/png")
        return _answer(page) if page in PAGES and page != INDEX else _missing()


class Everything(BaseConverter):
    """Slashes too, wherever they are."""

    regex = "(?s:.+)"
    part_isolating = False


def _missing() -> Response:
    return _response(render_template("guide.html", menu=_menu(), at="", page=None, sentence=NOT_FOUND), 404)


def _answer(name: str) -> Response:
    return _response(render_template("guide.html", menu=_menu(), at=name, page=pages()[name], sentence=""), 200)


def _response(html: str, status: int) -> Response:
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = CSP
    return response


def address(name: str) -> str:
    return "/guide" if name == INDEX else f"/guide/{name}"


def _menu() -> list[tuple[str, str, str]]:
    """Name, address and title of each page."""
    return [(name, address(name), page.title) for name, page in pages().items()]


@cache
def pages() -> Mapping[str, Page]:
    folder = files("bot") / "guide"
    return {name: render((folder / f"{name}.md").read_text(encoding="utf-8")) for name in PAGES}


@cache
def _pictures() -> frozenset[str]:
    """As the pages name them."""
    return frozenset(PICTURES + each.name for each in (files("bot") / "guide" / "pictures").iterdir())


def render(text: str) -> Page:
    """The text may hold no HTML: it would be shown as it is written."""
    parser = _parser()
    tokens = parser.parse(MARK.sub("", text))
    headings = [(each, inside) for each, inside in pairwise(tokens) if each.type == "heading_open"]
    for each, inside in headings:
        each.attrSet("id", anchor(inside.content))
    for each in tokens:
        _point_links(each.children or ())
        _point_pictures(each.children or ())
    title = next((inside.content for each, inside in headings if each.tag == "h1"), "")
    sections = [(anchor(inside.content), _plain(inside)) for each, inside in headings if each.tag == "h2"]
    return Page(title, sections, parser.renderer.render(tokens, parser.options, {}))


def anchor(heading: str) -> str:
    """As GitHub makes it, so that one link works in both places."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _plain(inside: "Token") -> str:
    return "".join(each.content for each in inside.children or ())


def _point_links(tokens: "Sequence[Token]") -> None:
    for each in tokens:
        file, hash_, anchor = str(each.attrGet("href") or "").partition("#")
        if (name := file.removesuffix(".md")) != file and name in PAGES:
            each.attrSet("href", address(name) + hash_ + anchor)


def _point_pictures(tokens: "Sequence[Token]") -> None:
    """The first page's address has no folder, so a relative one would lead elsewhere from there."""
    for each in tokens:
        if each.type == "image" and (source := str(each.attrGet("src"))).startswith(PICTURES):
            each.attrSet("src", f"/guide/{source}")


def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # only a process that shows the guide loads it

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("fence", _fence)
    return parser


def _fence(_renderer: object, tokens: "Sequence[Token]", at: int, *_: Any) -> str:
    """Code, which a keyboard can scroll. A Mermaid diagram becomes a list of its steps: pages run no scripts."""
    found = tokens[at]
    if found.info.strip() != "mermaid":
        return f'<pre tabindex="0"><code>{escape(found.content)}</code></pre>\n'
    steps = [step for line in found.content.splitlines() if (step := _step(line))]
    items = [f"<li><b>{escape(one)} → {escape(other)}:</b> {escape(text)}</li>" for one, other, text in steps]
    return "<ol>\n" + "\n".join(items) + "\n</ol>\n"


def _step(line: str) -> tuple[str, str, str] | None:
    """From, to and text of one arrow in a Mermaid sequence diagram."""
    ends, _, said = line.partition(":")
    one, arrow, other = ends.replace("-->>", "->>").partition("->>")
    return (one.strip(), other.strip(), said.strip()) if arrow else None
