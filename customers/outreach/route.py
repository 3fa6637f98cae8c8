"""The way our mail leaves: who takes it, and under which sender's address."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings


def provider_name() -> str:
    """Who takes our mail: the mail server, or the name of the provider's backend."""
    backend: str = settings.EMAIL_BACKEND
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if "smtp" in backend else backend.split(".")[-2]


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
