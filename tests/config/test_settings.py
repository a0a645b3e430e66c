"""The environment: every mistake at once, with how to fix it, and each process reads only what it uses."""

from pathlib import Path

import pytest

from bot.config.settings import SETTINGS, Role, Settings, SettingsError, load
from bot.store.engine import make_engine

WHOLE = {
    "SLACK_BOT_TOKEN": "xoxb-1-canary",
    "SLACK_SIGNING_SECRET": "signing-canary",
    "SLACK_APP_TOKEN": "xapp-1-canary",
    "DATABASE_URL": "postgres://latchkey:db-canary@db/latchkey",
    "PUBLIC_URL": "https://latchkey.example.com/",
    "METRICS_TOKEN": "metrics-token-canary",
    "AUDIT_WEBHOOK_URL": "https://siem.example.com/latchkey?token=url-canary",
    "AUDIT_WEBHOOK_SECRET": "webhook-canary",
    "LEAK_EVENTS_TOKEN": "leak-events-canary",
    "GITHUB_WEBHOOK_SECRET": "github-canary",
}


def mistakes(env: dict[str, str], role: Role = Role.ALL) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(env, role)
    return caught.value.mistakes


def one(name: str, value: str, role: Role = Role.ALL) -> str:
    (only,) = mistakes({**WHOLE, name: value}, role)
    return only


class Spy(dict[str, str]):
    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("role", list(Role))
def test_it_reads_a_whole_environment(role: Role) -> None:
    assert isinstance(load(WHOLE, role), Settings)


def test_it_fills_in_the_documented_defaults() -> None:
    found = load({each: WHOLE[each] for each in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PUBLIC_URL")}, Role.ALL)
    assert found.database_url.reveal() == "sqlite:///latchkey.db"
    assert (found.slack_command, found.proxy_hops, found.port) == ("/key", 0, 3000)
    assert (found.catalog_file, found.log_level, found.worker_port) == (Path("catalog.toml"), "INFO", None)
    assert (found.slack_signing_secret, found.slack_api_url) == (None, None)


def test_it_names_every_mistake_at_once() -> None:
    wrong = {
        "PORT": "x",
        "PROXY_HOPS": "-1",
        "LOG_LEVEL": "LOUD",
        "SLACK_COMMAND": "key",
        "SLACK_API_URL": "https://s/",
    }
    found = "\n".join(mistakes(wrong))
    for name in (*wrong, "SLACK_BOT_TOKEN", "PUBLIC_URL", "SLACK_SIGNING_SECRET"):
        assert name in found


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PUBLIC_URL", "http://latchkey.example.com", "write https://"),
        ("PUBLIC_URL", "http://localhost.evil.com", "write https://"),
        ("PUBLIC_URL", "https://a.example.com/latchkey", "without a path"),
        ("PUBLIC_URL", "https://a.example.com?x=1", "without a path"),
        ("PUBLIC_URL", "https://a.example.com#x", "without a path"),
        ("PUBLIC_URL", "latchkey.example.com", "https:// and a host"),
        ("PUBLIC_URL", "https://straße.example.com", "begins with xn--"),
        ("PUBLIC_URL", f"https://{'ü' * 70}.example.com", "begins with xn--"),
        ("PUBLIC_URL", "https://a.example.com:port", "https:// and a host"),
        ("PUBLIC_URL", "https://alice:pass-canary@a.example.com", "only https://"),
        ("SLACK_API_URL", "https://slack.com/api", "end in /api/"),
        ("SLACK_COMMAND", "key", 'start with "/"'),
        ("SLACK_COMMAND", "/ke y", 'start with "/"'),
        ("DATABASE_URL", "mysql://latchkey:db-canary@db/x", "postgresql://"),
        ("DATABASE_URL", "postgresql://latchkey:db-canary@db:port/x", "host:5432"),
        ("DATABASE_URL", "postgresql://latchkey:db-canary@[db/x", "host:5432"),
        ("DATABASE_URL", "postgresql://latchkey:db-c@nary@db/x", "%40"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("DATABASE_URL", "sqlite:///:memory:", "names no file"),
        ("PROXY_HOPS", "-1", "behind one proxy"),
        ("PROXY_HOPS", "²", "behind one proxy"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "65536", "1 to 65535"),
        ("LISTEN_ADDRESS", "localhost", "write 0.0.0.0"),
        ("WORKER_PORT", "3000", "different numbers"),
        ("LOG_LEVEL", "verbose", "DEBUG"),
        ("SLACK_BOT_TOKEN", "xapp-1-canary", "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-1 canary", "copy it again"),
        ("SLACK_APP_TOKEN", "xoxb-1-canary", "connections:write"),
        ("SLACK_SIGNING_SECRET", "xoxb-1-canary", "Basic Information"),
        ("METRICS_TOKEN", "two words", "contains a space"),
        ("AUDIT_WEBHOOK_URL", "siem.example.com", "isn't a web address"),
        ("AUDIT_WEBHOOK_URL", "http://siem.example.com/url-canary", "is http"),
        ("AUDIT_WEBHOOK_URL", "https://me:url-canary@siem.example.com/", "user name"),
        ("AUDIT_WEBHOOK_URL", "https://siem.example.com/é", "unusual character"),
        ("AUDIT_WEBHOOK_SECRET", "two words", "contains a space"),
        ("LEAK_EVENTS_TOKEN", "two words", "contains a space"),
        ("GITHUB_WEBHOOK_SECRET", "two words", "contains a space"),
        ("AUDIT_WEBHOOK_SECRET", "", "isn't set, so the receiver"),
    ],
)
def test_it_says_what_to_write_instead(name: str, value: str, mend: str) -> None:
    said = one(name, value)
    assert said.startswith(name)
    assert mend in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Latchkey.example.com/", "https://latchkey.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("https://bücher.example.com:443/", "https://xn--bcher-kva.example.com"),
        ("https://xn--bcher-kva.example.com:", "https://xn--bcher-kva.example.com"),
    ],
)
def test_it_takes_a_secure_public_url(given: str, kept: str) -> None:
    assert load({**WHOLE, "PUBLIC_URL": given}, Role.WEB).public_url == kept


@pytest.mark.parametrize(
    ("public_url", "address", "listens_on"),
    [
        ("https://latchkey.example.com", "", "0.0.0.0"),
        ("https://latchkey.example.com", "127.0.0.1", "127.0.0.1"),
        ("http://localhost:3000", "", "127.0.0.1"),
        ("http://keys.localhost:3000", "", "127.0.0.1"),
        ("http://127.0.0.2:3000", "", "127.0.0.2"),
        ("http://[::1]:3000", "", "::1"),
        ("http://localhost:3000", "0.0.0.0", "0.0.0.0"),
        ("http://localhost:3000", "0:0::0", "::"),
    ],
)
@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER, Role.ALL])
def test_a_public_url_on_this_machine_lets_no_other_machine_in(
    role: Role, public_url: str, address: str, listens_on: str
) -> None:
    assert load({**WHOLE, "PUBLIC_URL": public_url, "LISTEN_ADDRESS": address}, role).listens_on == listens_on


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_it_names_the_postgresql_driver(scheme: str) -> None:
    found = load({**WHOLE, "DATABASE_URL": f"{scheme}://u@h/d"}, Role.WEB)
    assert found.database_url.reveal() == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    "rest",
    [
        "u@h/d",
        "u:p%40@h:5432/d?sslmode=require",
        "u:p#x:y@h/d",
        "u@/d?host=/run/postgresql",
        "u@corp:p@h/d",  # SQLAlchemy takes an @ in the user
        "u@[::1]:5432/d",
        "/d",
        "h",
    ],
)
def test_it_takes_every_way_to_write_a_postgresql_address(rest: str) -> None:
    found = load({**WHOLE, "DATABASE_URL": f"postgresql://{rest}"}, Role.WEB)
    make_engine(found.database_url.reveal()).dispose()


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER])
def test_web_and_worker_refuse_a_relative_sqlite_file(role: Role) -> None:
    assert "four slashes" in one("DATABASE_URL", "sqlite:///latchkey.db", role)
    (default,) = mistakes({key: value for key, value in WHOLE.items() if key != "DATABASE_URL"}, role)
    assert "four slashes" in default
    assert load({**WHOLE, "DATABASE_URL": "sqlite:////var/lib/l.db"}, role).role is role
    assert load({**WHOLE, "DATABASE_URL": "sqlite:///latchkey.db"}, Role.ALL).role is Role.ALL


def test_all_in_one_needs_socket_mode_or_a_signing_secret() -> None:
    neither = {key: value for key, value in WHOLE.items() if key not in {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}}
    (said,) = mistakes(neither)
    assert "Socket Mode" in said
    assert load(neither, Role.WEB).slack_signing_secret is None
    assert load(neither, Role.WORKER).slack_app_token is None


def test_web_needs_the_bot_token_only_where_it_answers_slack() -> None:
    without = {key: value for key, value in WHOLE.items() if key != "SLACK_BOT_TOKEN"}
    assert "SLACK_BOT_TOKEN" in mistakes(without, Role.WEB)[0]
    del without["SLACK_SIGNING_SECRET"]
    assert load(without, Role.WEB).slack_bot_token is None


def test_the_tools_need_nothing() -> None:
    for role in (Role.TOOLS, Role.MIGRATE, Role.DEMO):
        assert load({}, role).public_url == ""


def test_web_never_reads_aws_and_the_demo_reads_no_secret() -> None:
    web, demo = Spy(WHOLE), Spy(WHOLE)
    load(web, Role.WEB)
    found = load(demo, Role.DEMO)
    assert not [each for each in web.asked if each.startswith("AWS")]
    assert demo.asked == {"PORT", "LOG_LEVEL"}
    assert found.database_url.reveal() == "sqlite:///latchkey.db"


@pytest.mark.parametrize("name", [each.name for each in SETTINGS if each.secret])
def test_each_secret_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(WHOLE[name] + "\n")
    env = {**{key: value for key, value in WHOLE.items() if key != name}, f"{name}_FILE": str(file)}
    assert load(env, Role.ALL) is not None
    assert getattr(load(env, Role.ALL), name.lower()).reveal() == getattr(load(WHOLE, Role.ALL), name.lower()).reveal()


def test_a_file_must_be_readable_and_the_only_source(tmp_path: Path) -> None:
    bare = {key: value for key, value in WHOLE.items() if key != "DATABASE_URL"}
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe")
    assert "can't be read" in mistakes({**bare, "DATABASE_URL_FILE": str(tmp_path / "none")}, Role.WEB)[0]
    assert "can't be read" in mistakes({**bare, "DATABASE_URL_FILE": str(binary)}, Role.WEB)[0]
    assert "is empty" in mistakes({**bare, "DATABASE_URL_FILE": str(empty)}, Role.WEB)[0]
    assert "both set" in one("DATABASE_URL_FILE", str(empty), Role.WEB)


def test_no_secret_shows_in_its_repr() -> None:
    assert "canary" not in repr(load(WHOLE, Role.ALL))


def test_every_setting_has_a_meaning() -> None:
    assert all(each.meaning and (each.needed_by <= each.used_by) for each in SETTINGS)
