"""Socket Mode: Slack's requests over a websocket that we open, so that Latchkey needs no public address."""

from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


class Socket:
    """`start` returns at once; the client reconnects when Slack closes the connection."""

    def __init__(self, app: App, app_token: str, client: WebClient) -> None:
        web = WebClient(token=app_token, base_url=client.base_url, timeout=client.timeout)
        self._handler = SocketModeHandler(app, app_token, web_client=web)

    def start(self) -> None:
        self._handler.connect()  # type: ignore[no-untyped-call]

    def alive(self) -> bool:
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Wake the client's threads, which would wait up to 3 s for Slack's next frame, and 1 s for a message.

        The ping carries text, because slack_sdk doesn't pass on a frame of two bytes.
        """
        client = self._handler.client
        client.auto_reconnect_enabled = False
        client.closed = client.current_session_state.terminated = True
        client.message_queue.put(None)
        if client.current_session is not None:
            with suppress(OSError):
                client.current_session.ping("bye")
        self._handler.close()  # type: ignore[no-untyped-call]
