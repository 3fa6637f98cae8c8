"""How often somebody may knock: counted in Django's cache in Postgres, one at a time per key."""

from __future__ import annotations

import time
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest


def allow(*, key: str, limit: int, seconds: int) -> bool:
    """Count a call against `key`; False once more than `limit` came in the current window of `seconds`."""
    slot = f"throttle:{key}:{int(time.time()) // seconds}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [slot])
        calls = cache.get(slot, 0) + 1
        cache.set(slot, calls, timeout=seconds)
    return calls <= limit


def client_address(request: HttpRequest) -> str:
    """Who is calling: the peer, or, behind our own proxy, the address that the proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    for said in (forwarded.rpartition(",")[2].strip(), request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ip_address(said))
        except ValueError:
            continue
    return "0.0.0.0"  # noqa: S104  (a socket without an address, not one to listen on)
