"""Web API: people, the team, and user groups."""

import secrets

from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import APP_ID, BOT_ID, BOT_USER, Json, Person
from bot.sandbox.slack.world import TEAM_DOMAIN, TEAM_NAME


def auth_test(call: Call) -> Json:
    team = call.world.workspace.team
    return {
        "url": f"{call.world.url}/",
        "team": TEAM_NAME,
        "user": "latchkey",
        "team_id": team,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": bool(call.world.enterprise),
    } | ({"enterprise_id": call.world.enterprise} if call.world.enterprise else {})


def api_test(call: Call) -> Json:
    if error := call.args.get("error"):
        raise SlackError(str(error))
    return {"args": call.args}


def _user(call: Call, person: Person) -> Json:
    return person.as_json(with_email="users:read.email" in call.world.scopes)


def users_info(call: Call) -> Json:
    return {"user": _user(call, call.world.workspace.person(call.need("user")))}


def users_list(call: Call) -> Json:
    everybody = sorted(call.world.workspace.people.values(), key=lambda person: person.id)
    some, cursor = call.page(everybody)
    return {"members": [_user(call, each) for each in some], "response_metadata": {"next_cursor": cursor}}


def users_lookup(call: Call) -> Json:
    email = call.need("email").lower()
    for person in call.world.workspace.people.values():
        if person.email.lower() == email and not person.deleted:
            return {"user": _user(call, person)}
    raise SlackError("users_not_found")


def usergroups_list(call: Call) -> Json:
    groups = call.world.workspace.usergroups
    with_users = call.flag("include_users")
    return {"usergroups": [_group(call, group, members if with_users else None) for group, members in groups.items()]}


def _group(call: Call, group: str, members: list[str] | None) -> Json:
    shown: Json = {
        "id": group,
        "team_id": call.world.workspace.team,
        "is_usergroup": True,
        "name": group.removeprefix("S0").capitalize(),
        "handle": group.removeprefix("S0").lower(),
        "date_update": call.world.workspace.group_updates.get(group, 1),
        "date_delete": 0,
        "user_count": len(call.world.workspace.usergroups[group]),
    }
    return shown if members is None else {**shown, "users": list(members)}


def usergroups_users(call: Call) -> Json:
    group = call.need("usergroup")
    if group not in call.world.workspace.usergroups:
        raise SlackError("no_such_subteam")
    members = call.world.workspace.usergroups[group]
    people = call.world.workspace.people
    disabled = call.flag("include_disabled")
    return {"users": [each for each in members if disabled or not (each in people and people[each].deleted)]}


def team_info(call: Call) -> Json:
    team = call.world.workspace.team
    return {"team": {"id": team, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "example.com"}}


def connections_open(call: Call) -> Json:
    ticket = secrets.token_urlsafe(12)
    call.world.socket_tickets.add(ticket)
    return {"url": f"{call.world.socket_url}/link/?ticket={ticket}&app_id={APP_ID}"}


METHODS: dict[str, Method] = {
    "auth.test": Method(auth_test),
    "api.test": Method(api_test, token=""),
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.lookupByEmail": Method(users_lookup, ("users:read.email",)),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroups_users, ("usergroups:read",)),
    "team.info": Method(team_info, ("team:read",)),
    "apps.connections.open": Method(connections_open, token="app"),
}
