"""How often somebody may knock, counted in Postgres: exact over all processes, without Redis."""

from __future__ import annotations

import datetime as dt
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from crm.core.models import ThrottleCount

COUNT = """
    INSERT INTO core_throttlecount (key, ends_at, calls) VALUES (%s, %s, 1)
    ON CONFLICT (key, ends_at) DO UPDATE SET calls = core_throttlecount.calls + 1
    RETURNING calls
"""
NOWHERE = IPv4Address(0)  # a socket without an address
HOUSEHOLD = 64  # bits of an IPv6 address that one connection is given; the others are its own to choose


def allow(*, key: str, limit: int, seconds: int) -> bool:
    """Count a call against `key`; False once more than `limit` came in the current window of `seconds`."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, window_end(seconds)])
        calls: int = cursor.fetchone()[0]
    return calls <= limit


def window_end(seconds: int) -> dt.datetime:
    """When the window ends that we are in; windows follow each other since the epoch."""
    past = int(timezone.now().timestamp()) // seconds
    return dt.datetime.fromtimestamp((past + 1) * seconds, tz=dt.UTC)


def forget_old_counts() -> int:
    return ThrottleCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]


def client_address(request: HttpRequest) -> str:
    """Who is calling: the peer, or, behind our own proxy, the address that the proxy saw."""
    return str(caller(request))


def client_network(request: HttpRequest) -> str:
    """What to count calls against: an IPv4 address, or all of the IPv6 network that is one caller's own."""
    address = caller(request)
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), HOUSEHOLD), strict=False))


def caller(request: HttpRequest) -> IPv4Address | IPv6Address:
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    for said in (forwarded.rpartition(",")[2].strip(), request.META.get("REMOTE_ADDR", "")):
        try:
            address = ip_address(said)
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return NOWHERE
