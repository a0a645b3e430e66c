"""The guide's pages: what is served and what isn't, and no scripts or foreign content."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext

from bot.web.app import create_app
from bot.web.guide import NOT_FOUND, PAGES, address, anchor, render
from tests.guide import GUIDE
from tests.web.backend import Desk
from tests.web.conftest import Site, open_tab
from tests.web.test_looks import LOOKS, faults_of

PICTURE_BYTES = 120_000
EVERY_PAGE = pytest.mark.parametrize("name", PAGES)


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    desk = Desk()
    app = create_app(
        about=desk.about,
        reveal=desk.reveal,
        receipt=desk.receipt,
        ready=lambda: desk.ready,
        metrics=lambda: b"",
        slack_events=None,
        public_url="https://latchkey.example.com",
        proxy_hops=0,
    )
    with app.test_client() as client:
        yield client


def test_every_file_of_the_guide_is_a_page() -> None:
    assert sorted(f"{each}.md" for each in PAGES) == sorted(each.name for each in GUIDE.glob("*.md"))


@EVERY_PAGE
def test_each_page_is_served_with_its_title_and_the_menu(client: FlaskClient, name: str) -> None:
    answer = client.get(address(name))
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    title = (GUIDE / f"{name}.md").read_text().splitlines()[0].removeprefix("# ")
    assert f"<title>{title} · Latchkey guide</title>" in answer.text
    assert all(f'href="{address(each)}"' in answer.text for each in PAGES)
    assert answer.text.count("aria-current") == 1


@EVERY_PAGE
def test_nothing_on_a_page_runs_or_comes_from_elsewhere(client: FlaskClient, name: str) -> None:
    answer = client.get(address(name))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<iframe|<form|\sstyle=|\son\w+=", answer.text)
    loaded = set(re.findall(r'(?:src|rel="\w+" href)="([^"]+)"', answer.text))
    assert {each for each in loaded if not each.startswith("/guide/pictures/")} == {
        "/static/key.svg",
        "/static/guide.css",
    }
    assert "<!--" not in answer.text
    assert "&lt;!--" not in answer.text
    assert "mermaid" not in answer.text
    assert not re.search(r'href="[^"]+\.md', answer.text)


def test_every_picture_is_shown_somewhere_small_and_described(client: FlaskClient) -> None:
    shown = [each for name in PAGES for each in re.findall(r"<img[^>]*>", client.get(address(name)).text)]
    sources = {re.findall(r'src="([^"]+)"', each)[0] for each in shown if "pictures/" in each}
    assert sources == {f"/guide/pictures/{each.name}" for each in (GUIDE / "pictures").iterdir()}
    assert all(re.search(r'alt="[^"]{20,}"', each) for each in shown if "pictures/" in each)
    for source in sources:
        answer = client.get(source)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.data.startswith(b"\x89PNG")
        assert len(answer.data) < PICTURE_BYTES


@pytest.mark.parametrize("name", ["nothing.png", "", "../owners.md", "..%2fowners.md", "card.PNG"])
def test_no_other_file_is_a_picture(client: FlaskClient, name: str) -> None:
    assert client.get(f"/guide/pictures/{name}").status_code == 404


@EVERY_PAGE
def test_links_to_a_section_lead_there(client: FlaskClient, name: str) -> None:
    for target, fragment in re.findall(r'href="([^"#]*)#([^"]+)"', client.get(address(name)).text):
        assert f'id="{fragment}"' in client.get(target or address(name)).text


def test_a_page_is_rendered_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/guide/owners").data
    monkeypatch.setattr("bot.web.guide.render", None)
    assert client.get("/guide/owners").data == first


@pytest.mark.parametrize(
    "path",
    [
        "/guide/..%2f", "/guide/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/guide/../app.py", "/guide/..%5c", "/guide/owners.md",
        "/guide/owners/", "/guide/Owners", "/guide/nothing", "/guide/index", "/guide//owners", "/guide/%00",
        "/guide/a%0ab", "/guide/__init__", "/guide/" + "a" * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unknown_page_is_one_sentence(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    if method == "GET":
        main = answer.text.split("<main>")[1]
        assert re.findall(r"<p>(.+?)</p>", main) == [NOT_FOUND]
        assert "root:" not in answer.text
    else:
        assert answer.data == b""


@pytest.mark.parametrize("path", ["/guide", "/guide/owners", "/guide/nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_it_is_only_read(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_html_in_a_page_is_shown_and_not_run() -> None:
    body = render("# A\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1)) <b onclick=x>b</b>\n").body
    assert "<script" not in body
    assert "<b " not in body
    assert 'href="javascript' not in body


def test_a_diagram_is_a_list_of_its_steps() -> None:
    steps = "    actor Owner\n    Owner->>AWS: <b>asks</b>\n    AWS-->>Owner: answers\n"
    body = render(f"# A\n\n```mermaid\nsequenceDiagram\n{steps}```\n").body
    assert "<li><b>Owner → AWS:</b> &lt;b&gt;asks&lt;/b&gt;</li>" in body
    assert body.count("<li>") == 2
    assert "sequenceDiagram" not in body


def test_a_link_between_files_is_one_between_pages() -> None:
    body = render("[a](owners.md) [b](owners.md#ask) [c](index.md) [d](https://example.com/x.md) [e](#f)").body
    assert re.findall(r'href="([^"]+)"', body) == [
        "/guide/owners", "/guide/owners#ask", "/guide", "https://example.com/x.md", "#f",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "made"),
    [("When somebody changed AWS by hand", "when-somebody-changed-aws-by-hand"), ("What's `on`?", "whats-on")],
)
def test_anchors_are_githubs(heading: str, made: str) -> None:
    assert anchor(heading) == made


def test_everyone_can_read_each_page(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, "about:blank")
    found = {}
    for name in (*PAGES, "nothing"):
        tab.page.goto(site.url + address(name))
        found[name] = faults_of(tab.page)
    assert found == {name: {look: [] for look in LOOKS} for name in found}
    assert tab.faults == []
