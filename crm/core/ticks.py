"""Scheduled work: each registered task once per slot, whoever asks and however often."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from crm.core.nudge import nudge
from crm.core.registry import Periodic, registry

TICK_LOCK = 7_219_001


def tick() -> list[str]:
    """Queue every task whose slot has come and is not taken yet. Answers their names."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TICK_LOCK])
            if not cursor.fetchone()[0]:
                return []
        taken = [task for task in registry.periodic.values() if take_slot(task)]
        for task in taken:
            nudge("crm.core.tasks.run_periodic", queue=task.queue, name=task.name)
    return [task.name for task in taken]


def take_slot(task: Periodic) -> bool:
    """Whether this call is the one that takes the task's current slot."""
    slot = slot_of(task.every, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_tick (task, slot, at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [task.name, slot],
        )
        return cursor.rowcount == 1


def slot_of(every: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """The start of the interval `now` falls into, counted from the epoch in UTC."""
    seconds = int(every.total_seconds())
    return dt.datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=dt.UTC)
