"""The scanner: keys in every shape in which people paste them, and none where there is none."""

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.leaks import keys_in_text
from bot.domain.leaks.keys_in_text import KEYS_MOST, PAIRS_EACH, PAIRS_MOST, scan
from bot.logs.redact import scrub
from tests.domain.leaks import leaked_corpus
from tests.domain.leaks.leaked_corpus import SHAPES, WITHOUT_SECRET, corpus, decoys, id_of, secret_of
from tests.test_regex import grows

CHANCE = random.Random(7)
KEY, SECRET = id_of(CHANCE), secret_of(CHANCE)
TOKEN = "FwoGZXIvYXdz" * 20 + "AQ=="


@pytest.mark.parametrize("shape", SHAPES)
def test_a_key_is_found_in_every_shape(shape: str) -> None:
    chance = random.Random(shape)
    for prefix in ("AKIA", "ASIA") * 20:
        key, secret = id_of(chance, prefix), secret_of(chance)
        found = scan(SHAPES[shape](key, secret, TOKEN))
        assert found.keys == (key,)
        assert [each.secret.reveal() for each in found.pairs] == [secret][: shape not in WITHOUT_SECRET]


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - WITHOUT_SECRET))
def test_no_shape_of_a_secret_reaches_the_logs(shape: str) -> None:
    chance = random.Random(shape)
    for _ in range(20):
        key, secret = id_of(chance), secret_of(chance)
        text = SHAPES[shape](key, secret, TOKEN)
        for written in (text, repr(text), f"said {text!a}"):
            assert not [each for each in scan(scrub(written)).pairs if each.secret.reveal() == secret], written


def test_what_only_looks_like_a_key_is_not_reported() -> None:
    chance = random.Random(3)
    for _ in range(50):
        for text in decoys(chance):
            assert not scan(text).keys, text


def test_a_checksum_beside_an_id_is_no_secret() -> None:
    chance = random.Random(4)
    for text in decoys(chance)[:9]:
        found = scan(f"{KEY} {text}")
        assert (found.keys, found.pairs) == ((KEY,), ())


def test_the_corpus_is_found_whole_and_nothing_else() -> None:
    for message in corpus(600, len(SHAPES) * 2):
        found = scan(message.text)
        assert found.keys == ((message.key,) if message.key else ()), message
        assert not message.secret or message.secret in [each.secret.reveal() for each in found.pairs]


def test_ids_come_once_in_the_order_of_the_text() -> None:
    chance = random.Random(5)
    one, two = id_of(chance), id_of(chance, "ASIA")
    assert scan(f"{two} {one} {two}").keys == (two, one)


def test_each_id_of_a_list_gets_its_own_secret_first() -> None:
    chance = random.Random(6)
    rows = [(id_of(chance), secret_of(chance)) for _ in range(5)]
    pairs = scan("Access key ID,Secret access key\n" + "\n".join(",".join(row) for row in rows)).pairs
    assert {(each.key, each.secret.reveal()) for each in pairs[: len(rows)]} == set(rows)
    assert len(pairs) == len(rows) * PAIRS_EACH


def test_a_secret_is_masked_and_stays_here() -> None:
    found = scan(f"{KEY} {SECRET}")
    assert SECRET not in f"{found} {found!r}"
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_a_huge_list_is_cut() -> None:
    text = " ".join(f"{id_of(CHANCE)} {secret_of(CHANCE)}" for _ in range(KEYS_MOST * 2))
    found = scan(text)
    assert (len(found.keys), len(found.pairs)) == (KEYS_MOST, PAIRS_MOST)
    assert {each.key for each in found.pairs} == {*found.keys}, "each has a secret"


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    scan(text)
    found = scan(f"{text} {KEY} {text}")
    assert KEY in found.keys


@pytest.mark.parametrize(
    "part", ["AKIA", f"{KEY} ", KEY, f"{KEY} {SECRET} ", f"{SECRET}/", "%25", "AKIA\u200b", "\\u00", "&#", "&amp;"]
)
def test_no_text_holds_it_up(part: str) -> None:
    assert not grows(scan, lambda size: f"{KEY} " + part * (size // len(part)))


def test_most_messages_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_in_text, "_plain", None)
    assert not scan(" ".join(leaked_corpus.WORDS) + "\u200b")
