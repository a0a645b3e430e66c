"""A recorded call as LookupEvents returns it, with the event's JSON as CloudTrail writes it.

Source: CloudTrail's "record contents for management events" and "userIdentity element".
"""

import json
import uuid
from typing import Any

from bot.sandbox.aws.cloudtrail.kinds import only_reads
from bot.sandbox.aws.cloudtrail.seed import ABSENT
from bot.sandbox.aws.history import Recorded

VERSION = "1.11"


def event_id(event: Recorded) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"event {event.number}"))


def source(event: Recorded) -> str:
    return f"{event.service}.amazonaws.com"


def username(event: Recorded) -> str:
    """A user's name, or the name of a role's session."""
    identity = event.identity
    return str(identity.get("userName") or str(identity.get("principalId", "")).partition(":")[2])


def shown(event: Recorded, account: str) -> dict[str, Any]:
    """The Event of the API."""
    return {
        "EventId": event_id(event),
        "EventName": event.name,
        "ReadOnly": str(only_reads(event.name)).lower(),
        "AccessKeyId": event.key,
        "EventTime": event.at.timestamp(),
        "EventSource": source(event),
        "Username": username(event),
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": json.dumps(_written(event, account)),
    }


def _written(event: Recorded, account: str) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": event.identity,
        "eventTime": f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": source(event),
        "eventName": event.name,
        "awsRegion": event.region,
        "sourceIPAddress": event.address,
        "userAgent": event.agent,
        "errorCode": event.error or ABSENT,
        "errorMessage": event.message or ABSENT,
        "requestParameters": event.request,
        "responseElements": event.response,
        "requestID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"request {event.number}")),
        "eventID": event_id(event),
        "readOnly": only_reads(event.name),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "vpcEndpointId": event.endpoint or ABSENT,
        "vpcEndpointAccountId": account if event.endpoint else ABSENT,
        "eventCategory": "Management",
    }
    return {name: value for name, value in (whole | dict(event.changes)).items() if value is not ABSENT}
