"""The forms that people copy, by mouse and by keyboard, and that they work where they are pasted."""

import configparser
import csv
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore.session
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.backend import KEY, SESSION
from tests.web.conftest import Site, Tab, open_tab

AWS = Path("/usr/bin/aws")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ID, SECRET, TOKEN = SESSION["access_key_id"], SESSION["secret_access_key"], SESSION["session_token"]


def revealed(site: Site, context: BrowserContext, content: dict[str, str]) -> Tab:
    tab = open_tab(context, site.url + site.desk.put(content))
    tab.reveal()
    return tab


def copied(tab: Tab, form: str) -> str:
    tab.page.get_by_label(form).check()
    tab.press("copy")
    tab.page.get_by_text("Copied.").wait_for()
    return str(tab.page.evaluate("navigator.clipboard.readText()"))


def downloaded(tab: Tab, folder: Path) -> Path:
    with tab.page.expect_download() as found:
        tab.press("download-csv")
    kept = folder / found.value.suggested_filename
    found.value.save_as(kept)
    return kept


def shell(script: str, *, home: Path, path: str = "/usr/bin:/bin") -> str:
    env = {"HOME": str(home), "PATH": path, "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        ["/bin/sh", "-euc", script], env=env, capture_output=True, text=True, timeout=60, check=False, cwd=home
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_v2() -> bool:
    if not AWS.exists():
        return False
    said = subprocess.run([AWS, "--version"], capture_output=True, text=True, timeout=60, check=False)
    return said.stdout.startswith("aws-cli/2")


def test_copy_takes_the_whole_form_without_showing_it(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = revealed(site, context, SESSION)
    exports = copied(tab, "Shell exports")
    names = "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN"
    assert shell(f'{exports}\necho "{names}"', home=tmp_path).split() == [ID, SECRET, TOKEN]
    assert SECRET not in tab.page.content()
    assert tab.faults == []


def test_the_credentials_file_reads_as_one(site: Site, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = revealed(site, context, SESSION)
    tab.page.get_by_label("Profile").fill("reports-read")
    found = configparser.RawConfigParser()
    found.read_string(copied(tab, "Credentials file"))
    assert dict(found["reports-read"]) == {
        "aws_access_key_id": ID,
        "aws_secret_access_key": SECRET,
        "aws_session_token": TOKEN,
    }


def test_the_configure_lines_run(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    lines = copied(revealed(site, context, SESSION), "aws configure")
    told = [
        ["aws", "configure", "set", name, value, "--profile", "latchkey"]
        for name, value in (
            ("aws_access_key_id", ID),
            ("aws_secret_access_key", SECRET),
            ("aws_session_token", TOKEN),
        )
    ]
    stub = tmp_path / "aws"
    stub.write_text('#!/bin/sh\necho aws "$@"\n')
    stub.chmod(0o755)
    assert [each.split() for each in shell(lines, home=tmp_path, path=f"{tmp_path}:/bin").splitlines()] == told


def test_a_value_with_a_quote_stays_one_value(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    hostile = "it's'; echo owned; '"
    exports = copied(revealed(site, context, KEY | {"secret_access_key": hostile}), "Shell exports")
    assert shell(f'{exports}\nprintf %s "$AWS_SECRET_ACCESS_KEY"', home=tmp_path) == hostile


def test_a_refused_clipboard_selects_the_text(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, KEY)
    tab.refuse_the_clipboard()
    tab.press("copy")
    tab.page.get_by_text("press Ctrl+C").wait_for()
    selected = tab.page.evaluate("getSelection().toString()")
    assert KEY["secret_access_key"] in selected
    assert selected.strip() == tab.text("shape").strip()


def test_the_csv_is_what_aws_imports(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    tab = revealed(site, context, KEY)
    tab.page.get_by_label("Profile").fill("reports.read")
    kept = downloaded(tab, tmp_path)
    assert kept.name == "reports.read.csv"
    assert kept.read_text().splitlines()[0] == "User name,Access key ID,Secret access key"
    [row] = csv.DictReader(kept.read_text().splitlines())
    assert list(row.values()) == ["reports.read", KEY["access_key_id"], KEY["secret_access_key"]]
    assert f"aws configure import --csv file://{kept.name}" in tab.text("hint")


@pytest.mark.skipif("not is_v2()", reason="no AWS CLI 2 at /usr/bin/aws; the columns are tested above")
def test_aws_imports_the_csv(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    kept = downloaded(revealed(site, context, KEY), tmp_path)
    shell(f"{AWS} configure import --csv file://{kept.name}", home=tmp_path)
    found = configparser.RawConfigParser()
    found.read(tmp_path / ".aws" / "credentials")
    assert dict(found["latchkey"]) == {
        "aws_access_key_id": KEY["access_key_id"],
        "aws_secret_access_key": KEY["secret_access_key"],
    }
    assert (tmp_path / ".aws" / "credentials").stat().st_mode & 0o077 == 0


def test_a_session_has_no_csv_and_no_wait(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, SESSION)
    expect(tab.page.locator("#download-csv")).to_be_hidden()
    expect(tab.page.get_by_text("3 to 15 seconds")).to_be_hidden()
    assert TOKEN not in tab.page.content()
    tab.press("show")
    assert tab.text("session-token") == TOKEN


def test_a_sessions_credential_process_is_what_the_sdks_read(
    site: Site, context: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ends = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    tab = revealed(site, context, SESSION | {"expires_at": ends.isoformat()})
    kept = tmp_path / "session.json"
    kept.write_text(copied(tab, "credential_process"))
    found = json.loads(kept.read_text())
    assert (found["Version"], found["Expiration"]) == (1, f"{ends:%Y-%m-%dT%H:%M:%SZ}")
    (tmp_path / "config").write_text(f"[profile latchkey]\ncredential_process = cat {kept}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    read = botocore.session.Session(profile="latchkey").get_credentials().get_frozen_credentials()
    assert (read.access_key, read.secret_key, read.token) == (ID, SECRET, TOKEN)


def test_credential_process_says_where_it_goes_and_shows_nothing(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, SESSION)
    tab.page.get_by_label("Profile").fill("reports-read")
    expect(tab.page.locator("#form-hint")).to_be_hidden()
    tab.page.get_by_label("credential_process").check()
    said = tab.text("form-hint")
    assert "[profile reports-read]" in said
    assert "credential_process = cat /full/path/to/it.json" in said
    assert SECRET not in tab.page.content()
    assert TOKEN not in tab.page.content()
    tab.press("show")
    assert json.loads(tab.text("shape"))["SecretAccessKey"] == SECRET


def test_a_key_is_not_offered_as_credential_process(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, KEY)
    expect(tab.page.get_by_label("credential_process")).to_be_hidden()
    expect(tab.page.get_by_label("Credentials file")).to_be_visible()


def test_a_key_shows_its_duration_and_its_end(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, KEY)
    expect(tab.page.get_by_text("about 3 to 15 seconds")).to_be_visible()
    assert tab.text("until") == "Works until 1 Dec 2026, 15:03 CET."


@pytest.mark.parametrize("name", ["", "a b", "a,b", 'a"b', "$(id)", "-x", "[x]", "ä"])
def test_a_profile_name_cannot_break_out(site: Site, context: BrowserContext, name: str) -> None:
    tab = revealed(site, context, KEY)
    tab.page.get_by_label("Profile").fill(name)
    assert tab.text("profile-problem")
    expect(tab.page.locator("#copy")).to_be_disabled()
    expect(tab.page.locator("#download-csv")).to_be_disabled()
    tab.page.get_by_label("Profile").fill("fine")
    expect(tab.page.locator("#copy")).to_be_enabled()


def test_values_are_text_and_never_markup(site: Site, context: BrowserContext) -> None:
    hostile = dict.fromkeys(("access_key_id", "secret_access_key", "session_token"), HOSTILE)
    tab = revealed(site, context, hostile | {"expires_at": HOSTILE})
    tab.press("show")
    assert tab.text("secret-access-key") == HOSTILE
    assert tab.page.locator("#opened img, #opened script").count() == 0
    assert tab.page.title() != "owned"


def test_it_works_by_keyboard_alone(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.keyboard.press("Tab")
    expect(tab.page.locator("#reveal")).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", name="Your AWS credential")).to_be_focused()
    order = []
    for _ in range(10):
        tab.page.keyboard.press("Tab")
        order.append(tab.page.evaluate("document.activeElement.id || document.activeElement.value"))
    fields = ["copy-access-key-id", "show", "copy-secret-access-key"]
    assert order == [*fields, "profile", "profile", "shape", "copy", "download-csv", "test-line", "copy-test"]


def test_screen_readers_are_notified_what_happens(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, KEY)
    assert re.search("Opened", tab.page.get_by_role("status").first.inner_text())
    tab.page.get_by_role("button", name="Show").press("Space")
    expect(tab.page.get_by_role("button", name="Hide")).to_be_focused()
    assert tab.page.locator("#problem").get_attribute("role") == "alert"
    assert tab.page.locator("html").get_attribute("lang") == "en"
    unnamed = "[...document.querySelectorAll('input')].filter(each => !each.labels.length).length"
    assert tab.page.evaluate(unnamed) == 0
