"""`latchkey iam`: one JSON object of policy documents, made from the catalog without network access."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.commands import tools
from bot.domain.errors import CatalogError, LatchkeyError
from tests.config.test_catalog_file import ACCOUNT, EXAMPLE, KEY, SESSION, WHOLE

KEYS = ["Worker", "Reader", "Issuer", "Responder", "Deleter", "Boundary", "Trust", "SessionTrust"]
ROOT = "arn:aws:iam::123456789012:root"
ROLES = "".join(
    f'{name}_role_arn = "arn:aws:iam::123456789012:role/latchkey-{name}"\n'
    for name in ("reader", "issuer", "responder")
)
SECOND = '[accounts.second]\nid = "210987654321"\n'


def printed(capsys: pytest.CaptureFixture[str], catalog: Path = EXAMPLE, **words: str | None) -> dict[str, Any]:
    asked: dict[str, str | None] = {"account": None, "principal": None, **words}
    assert tools.show_iam({"CATALOG_FILE": str(catalog)}, **asked) == 0
    return dict(json.loads(capsys.readouterr().out))


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "catalog.toml"
    file.write_text(text)
    return file


def is_policy(document: dict[str, Any], *, trust: bool = False) -> bool:
    """A form that IAM accepts: no null, no empty list, and a Principal only in trust policies."""
    assert document["Version"] == "2012-10-17"
    assert isinstance(document["Statement"], list)
    for statement in document["Statement"]:
        assert statement["Effect"] in {"Allow", "Deny"}
        assert statement.get("Action") or statement["NotAction"]
        assert ("Principal" in statement) == trust
        assert trust or ("Resource" in statement) != ("NotResource" in statement)
        assert statement.get("Resource", statement.get("NotResource", "*"))
        assert "null" not in json.dumps(statement)
    sids = [each["Sid"] for each in document["Statement"] if "Sid" in each]
    assert len(sids) == len(set(sids))
    return True


@pytest.mark.parametrize("words", [{}, {"account": "main"}, {"principal": "arn:aws:iam::123456789012:role/worker"}])
def test_it_prints_eight_documents(words: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(capsys, **words)
    assert list(made) == KEYS
    assert all(is_policy(document, trust=name.endswith("Trust")) for name, document in made.items())


def test_the_principal_is_the_accounts_root_unless_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    worker = "arn:aws:iam::123456789012:role/latchkey-worker"
    assert {each["Principal"]["AWS"] for each in printed(capsys)["Trust"]["Statement"]} == {ROOT}
    named = printed(capsys, principal=worker)["Trust"]["Statement"]
    assert {each["Principal"]["AWS"] for each in named} == {worker}


def test_the_account_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = written(tmp_path, WHOLE + SECOND)
    assert "123456789012" in json.dumps(printed(capsys, catalog)["Trust"])
    assert "210987654321" in json.dumps(printed(capsys, catalog, account="second")["Trust"])


def test_an_account_without_a_boundary_gets_documents_that_iam_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = "\n".join(line for line in ACCOUNT.splitlines() if not line.startswith("boundary_arn"))
    only_sessions = SESSION.replace('instead_of = ["read"]\n', "")
    made = printed(
        capsys, written(tmp_path, WHOLE.replace(ACCOUNT, f"{bare}\n").replace(KEY, "").replace(SESSION, only_sessions))
    )
    assert list(made) == KEYS
    assert all(is_policy(document, trust=name.endswith("Trust")) for name, document in made.items())


FAR = ROLES + 'external_id = "latchkey-7d41"\n'


def test_an_account_with_an_external_id_wants_the_workers_principal_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOG_FILE", str(written(tmp_path, WHOLE.replace(ACCOUNT, ACCOUNT + FAR))))
    assert cli.main(["iam", "--account", "main"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "latchkey: [accounts.main] has an external_id, so the worker runs in another account; pass the user or role "
        "that it runs as, like --principal arn:aws:iam::111122223333:role/latchkey-worker\n"
    )
    worker = "arn:aws:iam::999999999999:role/teams/latchkey-worker"
    assert cli.main(["iam", "--principal", worker]) == 0
    (first, second) = json.loads(capsys.readouterr().out)["Trust"]["Statement"]
    assert first["Principal"] == second["Principal"] == {"AWS": worker}


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        ("worker", "'worker' isn't the ARN of an IAM user or role"),
        ("*", "isn't the ARN of an IAM user or role"),
        ("arn:aws:sts::123456789012:assumed-role/worker/i-1", "the ARN of a session, …:assumed-role/…, isn't the ARN"),
        ("arn:aws-cn:iam::123456789012:role/worker", "a role can't be assumed from another partition"),
        (
            "arn:aws:iam::123456789012:role/reports",
            "which the worker itself runs as; name a role that is made for people",
        ),
        ("arn:aws:iam::999999999999:role/worker", "[accounts.main] is 123456789012 and has no external_id; set one"),
    ],
)
def test_a_principal_that_cannot_be_the_workers_is_refused(principal: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LatchkeyError, match=re.escape(said)):
        tools.show_iam(
            {"CATALOG_FILE": str(written(tmp_path, WHOLE.replace(ACCOUNT, ACCOUNT + ROLES)))},
            account="main",
            principal=principal,
        )


def test_an_unknown_account_is_one_sentence_with_the_known_ones() -> None:
    with pytest.raises(LatchkeyError, match="no account 'other'; it has main"):
        tools.show_iam({"CATALOG_FILE": str(EXAMPLE)}, account="other", principal=None)


def test_a_broken_catalog_names_its_mistakes(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="admins"):
        tools.show_iam({"CATALOG_FILE": str(written(tmp_path, "admins = 1"))}, account=None, principal=None)


def test_an_empty_catalog_has_nothing_to_print_for(tmp_path: Path) -> None:
    with pytest.raises(LatchkeyError, match="no account"):
        tools.show_iam({"CATALOG_FILE": str(written(tmp_path, ""))}, account=None, principal=None)
