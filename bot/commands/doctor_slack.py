"""The doctor's Slack checks: tokens, scopes, and whether everyone named in the catalog exists."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.commands.doctor import Fault, Well, missing_scopes
from bot.config.settings import Settings
from bot.domain.adopted import AGREE
from bot.domain.catalog import EVERY_CHANNEL, Approvers, Catalog
from bot.flows import access
from bot.slack.people import NOT_FULL, SLACK_IS_AWAY

WRONG_TOKEN = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type"})
PATIENCE_SECONDS = 10
UNREACHABLE = "check the network, and SLACK_API_URL if it is set"


def client_of(settings: Settings) -> WebClient:
    """A plain client: the doctor needs no listeners."""
    given = settings.slack_bot_token
    url = settings.slack_api_url or WebClient.BASE_URL
    return WebClient(given.reveal() if given else "", base_url=url, timeout=PATIENCE_SECONDS, retry_handlers=[])


def token(client: WebClient, *, watch: bool = False) -> str:
    """`watch`: the catalog watches channels, which takes more scopes."""
    from bot.slack.manifest import scopes

    answer = _ask(client, "auth.test", "copy the Bot User OAuth Token into SLACK_BOT_TOKEN again")
    granted = {name.lower(): value for name, value in (answer.headers or {}).items()}.get("x-oauth-scopes")
    return f"workspace {answer['team_id']}, {missing_scopes(granted, scopes(watch=watch))}"


def socket_mode(client: WebClient, app_token: str) -> str:
    fix = "create an App-Level Token with connections:write, and copy it into SLACK_APP_TOKEN"
    _ask(client, "apps.connections.open", fix, {"token": app_token})
    return "the app-level token opens a connection"


def _ask(client: WebClient, method: str, fix: str, words: Mapping[str, Any] | None = None) -> Any:
    """Raises Fault with Slack's own code."""
    try:
        return client.api_call(method, params=dict(words or {}))
    except SlackApiError as refused:
        code = _code(refused)
        raise Fault(
            f"Slack returned {code}",
            fix=fix if code in WRONG_TOKEN else f"look up {code} in the documentation of {method}",
        ) from None
    except SLACK_IS_AWAY as away:
        raise Fault(f"Slack doesn't answer ({type(away).__name__})", fix=UNREACHABLE) from None


def _code(refused: SlackApiError) -> str:
    return str(refused.response.get("error", "an error without a name"))


# --- people and channels of the catalog ---------------------------------------------------------------------------


def named_in(catalog: Catalog, client: WebClient) -> Well:
    """Raises Fault with every person, group and channel that is missing."""
    asking = _Asking(client)
    try:
        faults = [*asking.people(catalog), *asking.groups(catalog), *asking.channels(catalog)]
    except SlackApiError as refused:
        raise Fault(f"Slack returned {_code(refused)}", fix="correct SLACK_BOT_TOKEN first") from None
    except SLACK_IS_AWAY as away:
        raise Fault(f"Slack doesn't answer ({type(away).__name__})", fix=UNREACHABLE) from None
    if faults:
        raise Fault(*faults, fix="correct the catalog, or the workspace, as named")
    unasked = f"; not checked because a scope is missing: {', '.join(sorted(asking.unasked))}" if asking.unasked else ""
    return Well(f"{asking.found} found{unasked}", tuple(asking.warnings))


class _Asking:
    """Looks up each id once. A missing scope isn't a problem, but what wasn't checked is reported."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self.unasked: set[str] = set()
        self.warnings: list[str] = []
        self.found = 0
        self._full: dict[str, bool] = {}
        self._may: dict[str, set[str]] = {}  # possible approvers by group, without unreadable groups

    def people(self, catalog: Catalog) -> Iterator[str]:
        for person, where in _people(catalog).items():
            yield from (f"{where}: {person} {why}" for why in self._person(person))

    def groups(self, catalog: Catalog) -> Iterator[str]:
        for group in catalog.approvers.values():
            members: set[str] = {str(each) for each in (*group.users, *group.silent)}
            known = True
            for each in group.usergroups:
                found, why = self._members(each)
                known = known and found is not None
                members |= found or set()
                if why:
                    yield f"[approvers.{group.name}]: {each} {why}"
            if known:
                yield from self._enough(catalog, group, members)
        for entitlement in catalog.entitlements.values():
            for each in entitlement.requester_groups:
                if why := self._members(each)[1]:
                    yield f"[[entitlements]] {entitlement.id}: requesters: {each} {why}"
        self._warn_of_no_undo(catalog)

    def channels(self, catalog: Catalog) -> Iterator[str]:
        named = {each.channel: f"[approvers.{each.name}]" for each in catalog.approvers.values() if each.channel}
        named |= {each.channel: f"[accounts.{each.name}]" for each in catalog.accounts.values() if each.channel}
        for channel, where in named.items():
            yield from (f"{where}: channel {channel} {why}" for why in self._channel(channel, where))
        for channel in sorted({*catalog.watch_channels} - {EVERY_CHANNEL}):
            yield from (f"watch_channels: channel {channel} {why}" for why in self._channel(channel))

    def _enough(self, catalog: Catalog, group: Approvers, members: set[str]) -> Iterator[str]:
        for each in sorted(members - set(self._full)):
            list(self._person(each))  # only to learn whether they may approve
        may = self._may[group.name] = {each for each in members if self._full.get(each, True)}
        for entitlement in catalog.entitlements.values():
            if entitlement.approvers == group.name and len(may) < entitlement.approvals:
                yield (
                    f"[[entitlements]] {entitlement.id}: approvals is {entitlement.approvals}, but "
                    f"{group.name!r} has {len(may)} people who may approve"
                )

    def _warn_of_no_undo(self, catalog: Catalog) -> None:
        for account in catalog.accounts.values():
            names = [each.name for each in access.account_groups(catalog, account.name)]
            able = set[str]().union(*(self._may.get(each, ()) for each in names))
            if account.adopt and all(each in self._may for each in names) and len(able) < AGREE:
                self.warnings.append(
                    f"[accounts.{account.name}]: adopt is true, but only {len(able)} of its approvers could approve "
                    f"an undo, which takes {AGREE}; hygiene won't deactivate a key that Latchkey didn't issue"
                )

    def _person(self, person: str) -> Iterator[str]:
        found = self._get("users.info", "user", "users:read", user=person)
        if isinstance(found, str):
            self._full[person] = False
            yield f"isn't in this workspace ({found})"
        elif found is not None:
            self._full[person] = not any(found.get(each) for each in NOT_FULL)
            if not self._full[person]:
                yield "is deactivated, a guest or a bot, and may neither request nor approve"

    def _members(self, group: str) -> tuple[set[str] | None, str]:
        found = self._get("usergroups.users.list", "users", "usergroups:read", usergroup=group)
        if isinstance(found, str):
            return None, f"isn't a user group of this workspace ({found})"
        return (None if found is None else set(found)), ("" if found is None or found else "has no members")

    def _channel(self, channel: str, where: str = "") -> Iterator[str]:
        """With `where`, Latchkey posts there: who else can read it is a warning."""
        found = self._get("conversations.info", "channel", "channels:read, groups:read", channel=channel)
        if isinstance(found, str):
            yield f"can't be seen ({found}); invite the app, or correct the id"
        elif found is not None and found.get("is_archived"):
            yield "is archived; choose another channel"
        elif found is not None and not found.get("is_member"):
            yield "doesn't have the app as a member; type /invite @Latchkey there"
        if isinstance(found, dict) and where:
            self.warnings += [f"{where}: channel {channel} {why}" for why in _readers(found)]

    def _get(self, method: str, key: str, scope: str, **words: str) -> Any:
        """The object found, a text with Slack's error code if it doesn't exist, or None if a scope is missing."""
        try:
            found = self._client.api_call(method, params=words)[key]
        except SlackApiError as refused:
            code = _code(refused)
            if code == "missing_scope":
                self.unasked.add(f"{method} ({scope})")
                return None
            if code in WRONG_TOKEN or code == "ratelimited":
                raise
            return code
        self.found += 1
        return found


def _readers(channel: Mapping[str, Any]) -> Iterator[str]:
    """Who else can read what Latchkey posts there: names, justifications, key ids and findings."""
    if not channel.get("is_private"):
        yield "is public, so everyone in the workspace can read requests and reports there; make it private"
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        yield "is shared with another organization, whose people can read requests and reports there; choose another"


def _people(catalog: Catalog) -> dict[str, str]:
    """Each person, and the table that names them first."""
    named: dict[str, str] = {}
    for admin in catalog.admins:
        named.setdefault(admin, "admins")
    for group in catalog.approvers.values():
        for user in (*group.users, *group.silent):
            named.setdefault(user, f"[approvers.{group.name}]")
    for entitlement in catalog.entitlements.values():
        for requester in entitlement.requesters:
            named.setdefault(requester, f"[[entitlements]] {entitlement.id}")
    return named
