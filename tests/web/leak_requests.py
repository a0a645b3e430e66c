"""Requests to /events/leak, as AWS Health and GitHub send them."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.leaks.leak_event import LeakEvent
from bot.web.app import create_app
from bot.web.leak_events import Senders
from tests.web.backend import Desk

PATH = "/events/leak"
TOKEN, SECRET = "leak-events-token-canary", "github-secret-canary"
KEY = "AKIAQYLPMN5HABCDEFGH"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ARN = "arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/AWS_RISK_CREDENTIALS_EXPOSED_1"


def health(*entities: Any, **detail: Any) -> dict[str, Any]:
    """An event of EventBridge (github.com/aws/aws-health-tools, AWS_RISK_CREDENTIALS_EXPOSED)."""
    return {
        "version": "0",
        "id": "121345678-1234-1234-1234-123456789012",
        "detail-type": "AWS Health Event",
        "source": "aws.health",
        "account": "123456789012",
        "time": "2026-11-24T14:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "eventArn": ARN,
            "service": "RISK",
            "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED",
            "eventTypeCategory": "issue",
            "startTime": "Tue, 24 Nov 2026 14:00:00 GMT",
            "eventDescription": [{"language": "en_US", "latestDescription": "canary-description"}],
            "affectedEntities": [{"entityValue": each} for each in entities],
            **detail,
        },
    }


def alert(**more: Any) -> dict[str, Any]:
    """GitHub's webhook payload: it has no secret."""
    return {
        "action": "created",
        "alert": {
            "number": 42,
            "created_at": "2026-11-24T14:00:00Z",
            "html_url": "https://github.com/alice/reports/security/secret-scanning/42",
            "secret_type": "aws_access_key_id",
            "secret_type_display_name": "Amazon AWS Access Key ID",
            "validity": "active",
            **more,
        },
        "repository": {"full_name": "alice/reports", "private": True},
        "sender": {"login": "github-canary-person"},
    }


@dataclass
class Taken:
    events: list[LeakEvent] = field(default_factory=list)

    def __call__(self, event: LeakEvent) -> bool:
        new = not any(set(event.ids) & set(each.ids) for each in self.events)
        self.events.append(event)
        return new


def client(senders: Senders | None) -> FlaskClient:
    desk = Desk()
    return create_app(
        about=desk.about,
        reveal=desk.reveal,
        receipt=desk.receipt,
        ready=lambda: {"ok": True},
        metrics=lambda: b"",
        slack_events=None,
        leaks=senders,
        public_url="https://latchkey.example.com",
        proxy_hops=0,
    ).test_client()


def from_github(
    web: FlaskClient, payload: Any, *, event: str = "secret_scanning_alert", **headers: str
) -> TestResponse:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest(),
        "Content-Type": "application/json",
    }
    return web.post(PATH, data=raw, headers=signed | headers)
