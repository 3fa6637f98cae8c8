"""Requests to addresses that people typed in, webhooks among them. See docs/operations.md."""

from __future__ import annotations

from crm.settings.environment import env

OUTGOING_ALLOW_HTTP: bool = env.bool("OUTGOING_ALLOW_HTTP", default=False)
OUTGOING_ALLOWED_HOSTS: list[str] = env.list("OUTGOING_ALLOWED_HOSTS", default=[])  # names and networks

WEBHOOK_TIMEOUT: float = env.float("WEBHOOK_TIMEOUT", default=10.0)
WEBHOOK_OFF_AFTER_FAILURES: int = env.int("WEBHOOK_OFF_AFTER_FAILURES", default=500)
WEBHOOK_OFF_AFTER_DAYS: int = env.int("WEBHOOK_OFF_AFTER_DAYS", default=5)
