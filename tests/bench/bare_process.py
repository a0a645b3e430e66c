"""The memory baseline: one gunicorn worker like ours, with a Bolt app without listeners and an IAM client."""

import os

from flask import Flask, request

from tests.bench.latchkey import Workers


def make() -> Flask:
    import boto3
    from slack_bolt import App
    from slack_bolt.adapter.flask import SlackRequestHandler

    app = App(token="xoxb-bench", signing_secret="bench", token_verification_enabled=False)
    flask, handler = Flask("floor"), SlackRequestHandler(app)
    flask.extensions["iam"] = boto3.client("iam", aws_access_key_id="x", aws_secret_access_key="x")
    flask.add_url_rule("/slack/events", "events", lambda: handler.handle(request), methods=["POST"])
    flask.add_url_rule("/healthz", "healthz", lambda: "ok")
    return flask


if __name__ == "__main__":
    Workers(make, int(os.environ["PORT"]), workers=1).run()
