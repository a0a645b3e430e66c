"""A secret is found in every encoding in which a program may write it."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus, urlencode

import pytest

from tests.whole.sinks import found

SECRET = "wJalrXUt+FEMI/K7MDENG/bPxRfiCY+EXAMPLEKEY"
DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a URL": lambda text: quote(text, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "in a form, once more": lambda text: urlencode({"payload": urlencode({"key": text})}),
    "in JSON": json.dumps,
    "in JSON within JSON": lambda text: json.dumps(json.dumps({"key": text})),
    "in JSON with slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "in HTML": escape,
    "in hex": lambda text: text.encode().hex(),
    "as bytes": lambda text: repr(text.encode()),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_it_is_found_in_this_dress(dress: str) -> None:
    held = f"12:03 said {DRESSES[dress](SECRET)}, and went on".encode()
    assert found({"it": SECRET}, {"log": held}) == [("it", "log")]


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("before", range(4))
def test_it_is_found_in_base64_wherever_it_begins(before: int, encode: Callable[[bytes], bytes]) -> None:
    held = encode(b"x" * before + SECRET.encode() + b" and more")
    assert found({"it": SECRET}, {"log": held}) == [("it", "log")]


def test_what_is_another_secret_is_not_found() -> None:
    assert found({"it": SECRET}, {"log": SECRET[::-1].encode() * 9}) == []
