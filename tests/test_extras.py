"""The line that installs an extra, for a Latchkey that pip installed and for a bare checkout."""

import sys
from importlib.metadata import PackageNotFoundError

import pytest

import bot
from bot.extras import install
from tests.guide import ROOT


def test_what_pip_installed_is_added_to_by_name() -> None:
    assert install("charts") == f"python3 -m pip --python {sys.executable} install 'latchkey-bot[charts]'"


def test_a_checkout_that_pip_never_installed_is_named_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("bot.extras.distribution", unknown)
    assert install("demo").endswith(f" install 'latchkey-bot[demo] @ {ROOT.as_uri()}'")
    assert bot.__file__.startswith(str(ROOT))
