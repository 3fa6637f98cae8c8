"""What became of messages."""

from __future__ import annotations

from crm.core.models import OutboxEvent
from customers.models import Message
from customers.outreach.sending import drain


def after_drain(message: Message) -> tuple[str, str]:
    drain()
    message.refresh_from_db()
    return message.state, message.reason


def settled() -> list[tuple[int, str, str]]:
    rows = OutboxEvent.objects.filter(name="customers.message_settled").order_by("pk")
    return [(row.payload["message_id"], row.payload["state"], row.payload["reason"]) for row in rows]
