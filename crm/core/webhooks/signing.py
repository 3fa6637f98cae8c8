"""What is sent, and the proof that we sent it. docs/webhooks.md shows receivers how to check it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from crm.core.models import WebhookDelivery


def body_of(delivery: WebhookDelivery) -> bytes:
    """The JSON of a delivery: the same in every attempt."""
    told = {
        "id": str(delivery.public_id),
        "event": delivery.event,
        "at": delivery.at.isoformat(),
        "data": delivery.data,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def headers_for(delivery: WebhookDelivery, body: bytes, secret: str) -> dict[str, str]:
    """Headers of one attempt, signed with the time it is made at."""
    timestamp = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Perennial",
        "Perennial-Event": delivery.event,
        "Perennial-Id": str(delivery.public_id),
        "Perennial-Timestamp": timestamp,
        "Perennial-Signature": f"v1={signature(timestamp, body, secret)}",
    }


def signature(timestamp: str, body: bytes, secret: str) -> str:
    """HMAC-SHA256 over "timestamp.body", in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
