"""Tests of two connections: wait until one of them stands in front of what the other holds."""

from __future__ import annotations

import time

from django.db import connection

WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT pid FROM pg_locks
        WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def until_somebody_waits(*, seconds: float = 20) -> None:
    """Come back as soon as another connection to this database waits for a lock."""
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError(f"nobody waits after {seconds} s")
