"""The app manifest, made from what the code uses, so that the two can't drift apart."""

from collections.abc import Mapping
from typing import Any

from bot.slack.ids import Callback
from bot.slack.text import labels

SCOPES: Mapping[str, str] = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files_upload_v2": "files:write",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}
"""Each Web API method that the code calls and the bot scope that it needs; views.* and auth.test need none."""
CHANNEL_SCOPES = ("channels:read", "groups:read")
"""For conversations.info of a public and of a private channel, which `latchkey doctor` alone calls."""
COMMAND_SCOPE = "commands"
DIRECT_MESSAGES_SCOPE = "im:history"
"""For the event message.im: people may write to the app, and it answers with the menu."""
EVENTS = ("app_home_opened", "message.im")
WATCH_SCOPES = ("channels:history", "groups:history")
WATCH_EVENTS = ("message.channels", "message.groups")
"""For the catalog's `watch_channels`, and only with it: Slack then sends every message of the app's channels."""


def scopes(*, watch: bool = False) -> tuple[str, ...]:
    watching = WATCH_SCOPES if watch else ()
    return tuple(sorted({COMMAND_SCOPE, DIRECT_MESSAGES_SCOPE, *CHANNEL_SCOPES, *watching, *SCOPES.values()}))


def manifest(*, command: str, public_url: str, socket_mode: bool, watch: bool = False) -> dict[str, Any]:
    """Without a PUBLIC_URL, and in Socket Mode, the manifest names no request URL. `watch`: channels are watched."""
    url = {} if socket_mode or not public_url else {"request_url": f"{public_url}/slack/events"}
    return {
        "display_information": {
            "name": "Latchkey",
            "description": "Request, approve, collect, rotate and give back AWS credentials",
            "background_color": "#1f2a37",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Latchkey", "always_online": True},
            "shortcuts": [
                {
                    "name": labels.REQUEST_ACCESS,
                    "type": "global",
                    "callback_id": Callback.REQUEST.value,
                    "description": "Ask for AWS credentials",
                },
                {
                    "name": labels.CONTAINS_KEY,
                    "type": "message",
                    "callback_id": Callback.LEAK.value,
                    "description": "Report the AWS key in this message",
                },
            ],
            "slash_commands": [
                {
                    "command": command,
                    **({"url": url["request_url"]} if url else {}),
                    "description": "Request, collect, rotate or give back AWS credentials",
                    "usage_hint": "request | list | usage | rotate | renew | revoke | help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes(watch=watch))}},
        "settings": {
            "event_subscriptions": {**url, "bot_events": [*EVENTS, *(WATCH_EVENTS if watch else ())]},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode or not url,
            "token_rotation_enabled": False,
        },
    }
