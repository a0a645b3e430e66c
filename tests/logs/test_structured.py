"""The logs: a canary for every form of secret is searched at DEBUG, in both renderings."""

import io
import json
import logging
from typing import Any
from urllib.parse import quote, unquote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import structured
from bot.logs.redact import _WORD, MASK, SHORTEST, _harmless, _key, _mask, redact, scrub
from bot.secret import Secret

AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEYx"
SEED = "c2VlZC1jYW5hcnktc2VlZC1jYW5hcnktc2VlZC1jYW5"
BOT_TOKEN = "xoxb-123456789012-CANARYcanary"
APP_TOKEN = "xapp-1-A01CANARY-77-canary"
SESSION_TOKEN = "FwoGZXIvYXdzE" * 12
DEVICE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2
ADDRESS = "otpauth://totp/Latchkey:x?digits=6&secret=JBSWY3DPEHPK3PXP&period=30"
CANARIES = (AWS_SECRET, SEED, BOT_TOKEN, APP_TOKEN, SESSION_TOKEN, DEVICE, ADDRESS)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def sink(request: pytest.FixtureRequest) -> io.StringIO:
    stream = request.param()
    structured.configure("DEBUG", stream)
    return stream


def clean(stream: io.StringIO) -> str:
    text = stream.getvalue()
    assert not [each for each in CANARIES if each in text]
    return text


@pytest.mark.parametrize("canary", CANARIES)
def test_no_encoding_of_a_secret_gets_through(canary: str, sink: io.StringIO) -> None:
    logger = structlog.get_logger("bot.test")
    logger.debug("in a sentence: %s.", canary)
    logger.info("in a value", note=f"key={canary}", deep={"list": [canary, {"x": (canary,)}]}, raw=canary.encode())
    logging.getLogger("somebody.else").debug("with arguments %s %r", canary, {"SecretAccessKey": canary})
    assert "in a sentence" in clean(sink)


@pytest.mark.parametrize(
    "name", ["secret_access_key", "proof", "seed", "Authorization", "db_password", "token", "body", "view"]
)
def test_no_key_with_such_a_name_shows_its_value(name: str, sink: io.StringIO) -> None:
    structlog.get_logger("bot.test").info("named", **{name: {"short": "canary"}})
    assert "canary" not in sink.getvalue()
    assert MASK in sink.getvalue()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://latchkey.example.com/c/abc#{SEED[:20]}", f"https://latchkey.example.com/c/abc#{MASK}"),
        ("postgresql://bob:canary@db/x", f"postgresql://bob:{MASK}@db/x"),
        ("postgresql://bob:can@ary@db/x", f"postgresql://bob:{MASK}@db/x"),
        ("user=bob password='can ary' dbname=x", f"user=bob password='{MASK}' dbname=x"),
        ("signing_secret: canary-canary-canary", f"signing_secret: {MASK}"),
        ('{"said": "{\\"token\\": \\"canary\\"}"}', f'{{"said": "{{"token": "{MASK}"}}"}}'),
        ("SLACK_BOT_TOKEN: missing, so set it", "SLACK_BOT_TOKEN: missing, so set it"),
        ("Authorization: Bearer canary-canary", f"Authorization: Bearer {MASK}"),
        ("https://hooks.slack.com/actions/T01LATCH/canary", f"https://{MASK}"),
        ("<SecretAccessKey>short</SecretAccessKey>", f"<SecretAccessKey>{MASK}</SecretAccessKey>"),
        ('{"SessionToken": "short", "x": 1}', f'{{"SessionToken": "{MASK}", "x": 1}}'),
        ("DETAIL:  Failing row contains (x, canary, \\x00).", f"DETAIL:  Failing row contains ({MASK})."),
        ("<Base32StringSeed>short</Base32StringSeed>", f"<Base32StringSeed>{MASK}</Base32StringSeed>"),
        ("arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1", "arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1"),
        ("client_secret=canary&x=1", f"client_secret={MASK}&x=1"),
        ("the proof was wrong", "the proof was wrong"),
        (
            "AKIAIOSFODNN7EXAMPLE of latchkey-abcdefghijklmnopqrstuvwxyz",
            "AKIAIOSFODNN7EXAMPLE of latchkey-abcdefghijklmnopqrstuvwxyz",
        ),
    ],
)
def test_it_masks_the_secret_and_keeps_the_rest(text: str, kept: str) -> None:
    assert scrub(text) == kept


@given(
    st.one_of(st.from_regex(_WORD, fullmatch=True), st.sampled_from(CANARIES)).map(lambda text: text[: SHORTEST - 1])
)
def test_what_is_not_searched_would_not_be_masked(text: str) -> None:
    assert not _harmless(text) or _mask(text) == text


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(
    "text",
    [
        f"https://latchkey.example.com/c/abc#{SEED[:20]}",
        "SecretAccessKey=canary&x=1",
        '{"token": "canary"}',
        "https://hooks.slack.com/actions/T01LATCH/canary",
        "Authorization: Bearer canary-canary",
        *CANARIES,
    ],
)
def test_percent_encoding_does_not_hide_a_secret(text: str, layers: int) -> None:
    encoded = f"next={text}"
    for _ in range(layers):
        encoded = quote(encoded, safe="")
    said = scrub(f"GET /login?{encoded} failed")
    shown = unquote(unquote(unquote(said)))
    assert MASK in shown
    assert not [each for each in ("canary", SEED[:20], *CANARIES) if each in shown]


@pytest.mark.parametrize(
    "escapes",
    [
        {"/": "\\/"},
        {"/": "\\u002f", "+": "\\u002B"},
        {"/": "&#x2F;", "+": "&#43;"},
        {"/": "%5Cu002f", "+": "%26%2343%3B"},
    ],
    ids=["JSON's slash", "JSON's code points", "HTML", "both, percent-encoded"],
)
def test_escapes_do_not_hide_a_secret(escapes: dict[str, str]) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYcanaryXKEY"
    written = "".join(escapes.get(each, each) for each in secret)
    assert scrub(f"said {written} there") == f"said {MASK} there"


def test_what_is_encoded_and_harmless_stays_as_it_is() -> None:
    assert scrub("GET /a%20b%2Fc?x=100%25") == "GET /a%20b%2Fc?x=100%25"


def test_ids_and_plain_values_stay() -> None:
    plain = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "credential": "abc", "view_id": "V1", "tries": 3, "done": True}
    assert redact(plain) == plain


def test_a_key_that_may_be_a_secret_is_masked_and_not_remembered() -> None:
    before = _key.cache_info().currsize
    for _ in range(2):
        assert redact({AWS_SECRET: 1, SEED: True}) == {MASK: True}
    assert _key.cache_info().currsize == before


def test_an_object_shows_its_masked_repr() -> None:
    assert "canary" not in str(redact({"what": Secret("canary")}))


def test_a_traceback_has_no_local_variables(sink: io.StringIO) -> None:
    def fail() -> None:
        local = "canary-local"
        raise ValueError(f"it broke with {AWS_SECRET}") from KeyError(len(local))

    try:
        fail()
    except ValueError:
        structlog.get_logger("bot.test").exception("broke")
        logging.getLogger("somebody.else").exception("broke too")
    text = clean(sink)
    assert "ValueError" in text
    assert text.count("canary-local") == text.count('local = "canary-local"')


@pytest.mark.parametrize(
    "name", ["botocore.parsers", "boto3.resources", "urllib3.connectionpool", "slack_sdk.web.base_client"]
)
def test_the_talkative_are_clamped_at_info(name: str, sink: io.StringIO) -> None:
    logging.getLogger(name).debug("canary")
    logging.getLogger(name).info("heard")
    assert "canary" not in sink.getvalue()
    assert "heard" in sink.getvalue()


def test_a_logger_with_its_own_level_is_clamped_too(sink: io.StringIO) -> None:
    bolt = logging.getLogger("slack_bolt.App")
    bolt.setLevel(logging.DEBUG)
    bolt.info("the whole body: canary")
    bolt.setLevel(logging.NOTSET)
    assert "canary" not in sink.getvalue()


def test_production_writes_one_json_object_a_line(sink: io.StringIO) -> None:
    structlog.get_logger("bot.test").warning("two\nlines", person="U01ALICE")
    if sink.isatty():
        assert "U01ALICE" in sink.getvalue()
        return
    (line,) = sink.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    assert (found["event"], found["level"], found["logger"], found["person"]) == (
        "two\nlines",
        "warning",
        "bot.test",
        "U01ALICE",
    )
    assert found["timestamp"].endswith("Z")


def test_configuring_twice_writes_once(sink: io.StringIO) -> None:
    structured.configure("INFO", sink)
    structlog.get_logger("bot.again").info("only once")
    assert sink.getvalue().count("only once") == 1
