"""Many grants at once: copies of one that a test played, with its rows and its IAM user."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from bot.domain.ids import AccessKeyId, GrantId
from bot.store import tables
from tests.flows.world import World

COPIED = (
    tables.request,
    tables.grants,
    tables.decision,
    tables.credential,
    tables.message,
    tables.outbox,
)
NUMBERED = {"outbox"}  # their ids are numbers that the database counts
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # of an id
Ids = dict[str, str]  # of the original, each with the copy's


def copies(world: World, grant: GrantId, times: int) -> list[Ids]:
    """As if the same person had done the same `times` more often. Each copy maps the original's ids to its own."""
    engine: Engine = world.work._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        request = connection.scalar(select(tables.grants.c.request).where(tables.grants.c.id == grant))
        of_grant = tables.credential.c.grant == grant
        rows = connection.execute(select(tables.credential.c.id, tables.credential.c.access_key_id).where(of_grant))
        held = rows.all()
        names = [str(request), str(grant), *(each.id for each in held)]
        made = [{each: each[:-3] + _ending(number) for each in names} for number in range(1, times + 1)]
        for ids in made:
            ids |= {each.access_key_id: world.iam._fresh_id("AKIA") for each in held if each.access_key_id}
        _copy_rows(connection, made)
    for ids in made:
        _copy_user(world, grant, ids)
    return made


def _ending(number: int) -> str:
    return "".join(LETTERS[number // 32**place % 32] for place in range(3))


def _copy_rows(connection: Connection, copies: Sequence[Ids]) -> None:
    for table in COPIED:
        rows = [dict(each) for each in connection.execute(select(table)).mappings()]
        for row in rows:
            if table.name in NUMBERED:
                row.pop("id")
        added = [changed for row in rows for ids in copies if (changed := _changed(row, ids)) != row]
        if added:
            connection.execute(insert(table), added)


def _changed(row: dict[str, Any], ids: Ids) -> dict[str, Any]:
    return {name: _renamed(value, ids) for name, value in row.items()}


def _renamed(value: Any, ids: Ids) -> Any:
    """A subject may be made of several ids."""
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new)
    return value


def _copy_user(world: World, grant: GrantId, ids: Ids) -> None:
    first, copy = world.grant(grant), world.grant(GrantId(ids[grant]))
    account = world.catalog.accounts[first.account]
    user = world.iam.users.get((account.id, first.iam_user))
    if user is None:
        return
    keys = [replace(key, id=AccessKeyId(ids[key.id])) for key in user.keys.values()]
    spec = user.spec and replace(user.spec, grant=copy)
    named = replace(user, name=copy.iam_user, grant=copy.id, spec=spec, keys={each.id: each for each in keys})
    world.iam.users[account.id, copy.iam_user] = named
    uses = world.iam.uses
    uses.update({AccessKeyId(new): uses[AccessKeyId(old)] for old, new in ids.items() if old in uses})
