"""A secret shows a mask in every Python representation, and can't be pickled or copied."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from bot.secret import MASK, Secret

TEXT = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def secret() -> Secret:
    return Secret(TEXT)


@pytest.mark.parametrize(
    "shown",
    [
        str,
        repr,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r:>60}",
        "{:>60}".format,
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - and this one
        lambda secret: str([secret]),
        lambda secret: str({"key": secret}),
        lambda secret: json.dumps({"key": secret}, default=str, ensure_ascii=False),
    ],
)
def test_it_shows_a_mask(secret: Secret, shown: Callable[[Secret], str]) -> None:
    assert TEXT not in shown(secret)
    assert MASK in shown(secret)


def test_it_is_masked_in_a_log_line(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("bot").warning("made %s", secret)
    assert TEXT not in caplog.text


def test_it_is_masked_in_a_traceback_with_locals(secret: Secret) -> None:
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert TEXT not in "".join(shown.format())


@pytest.mark.parametrize(
    "take",
    [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars, dict, list, bytes, hash],
    ids=lambda take: take.__name__,
)
def test_it_refuses_to_leave(secret: Secret, take: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        take(secret)


def test_it_refuses_every_pickle_protocol(secret: Secret) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="can't be pickled or copied"):
            pickle.dumps(secret, protocol)


def test_it_is_handed_out_by_name_only(secret: Secret) -> None:
    assert secret.reveal() == TEXT


def test_it_compares_with_secrets_and_not_with_texts(secret: Secret) -> None:
    assert secret == Secret(TEXT)
    assert secret != Secret("another")
    assert secret != TEXT


def test_an_empty_one_is_false() -> None:
    assert not Secret("")
    assert Secret("x")
