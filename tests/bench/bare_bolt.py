"""The minimum that answers the same: a bare Bolt app with the Flask adapter, one Slack call or one INSERT."""

import os
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask, request
from slack_bolt import Ack, App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient

from bot.slack.app import LISTENERS
from tests.bench.latchkey import Workers
from tests.bench.slack_requests import PEOPLE, asking_window

TABLE = "CREATE TABLE floor (view text PRIMARY KEY, who text NOT NULL, why text NOT NULL, at timestamptz DEFAULT now())"
INSERT = "INSERT INTO floor (view, who, why) VALUES (%s, %s, %s)"


class Pool:
    """Pooled connections."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: queue.LifoQueue[Any] = queue.LifoQueue()

    @contextmanager
    def taken(self) -> Iterator[Any]:
        try:
            connection = self._free.get_nowait()
        except queue.Empty:
            connection = psycopg.connect(self._url, autocommit=True)
        yield connection
        self._free.put(connection)


def make() -> Flask:
    env = os.environ
    pool, view = Pool(env["DATABASE_URL"]), asking_window(PEOPLE[0])
    app = App(
        client=WebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["SLACK_API_URL"]),
        signing_secret=env["SLACK_SIGNING_SECRET"],
        listener_executor=ThreadPoolExecutor(LISTENERS),
    )

    @app.command("/key")
    def opens(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("request")
    def inserts(ack: Ack, body: dict[str, Any]) -> None:
        why = body["view"]["state"]["values"]["justification"]["value"]["value"]
        with pool.taken() as connection:
            connection.execute(INSERT, (body["view"]["id"], body["user"]["id"], why))
        ack()

    flask, handler = Flask("floor"), SlackRequestHandler(app)
    flask.add_url_rule("/slack/events", "events", lambda: handler.handle(request), methods=["POST"])
    flask.add_url_rule("/healthz", "healthz", lambda: "ok")
    return flask


if __name__ == "__main__":
    Workers(make, int(os.environ["PORT"])).run()
