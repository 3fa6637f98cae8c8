"""The months of the table of clicks: each is a partition, made ahead and let go as a whole."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from django.db import connection, transaction
from django.utils import timezone

MONTHS_AHEAD = 2
MAKING = 7_219_002  # the advisory lock of all who make a month, so that two don't make the same one
PATIENCE = "3s"  # who asks for a lock makes all others wait behind; the next round tries again
NAME = re.compile(r"customers_click_(\d{4})_(\d{2})")
PARTITIONS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'customers_click'::regclass ORDER BY c.relname
"""


@dataclass(frozen=True, order=True)
class Month:
    """A month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: dt.datetime) -> Self:
        utc = moment.astimezone(dt.UTC)
        return cls(utc.year, utc.month)

    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def start(self) -> dt.datetime:
        return dt.datetime(self.year, self.number, 1, tzinfo=dt.UTC)

    @property
    def table(self) -> str:
        return f"customers_click_{self.year:04}_{self.number:02}"


def months() -> list[Month]:
    """The months there is a partition for, in order."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        names = [NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return [Month(int(found[1]), int(found[2])) for found in names if found]


def make_month(month: Month) -> None:
    """Make a partition unless it is there. Others who click meanwhile wait for an instant."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {month.table} PARTITION OF customers_click"
            " FOR VALUES FROM (%s) TO (%s)",
            [month.start, month.next().start],
        )


def make_ahead() -> None:
    """Have the partitions of this month and the next ones."""
    there, month = set(months()), Month.of(timezone.now())
    for _ in range(MONTHS_AHEAD + 1):
        if month not in there:
            make_month(month)
        month = month.next()


def drop_before(moment: dt.datetime) -> int:
    """Let go of months that were over before a moment and are wholly counted. Answers how many rows went."""
    return sum(drop(month) for month in months() if month.next().start <= moment)


def drop(month: Month) -> int:
    """Nothing is locked while rows are counted: nobody clicks in a month that is over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(f"SELECT count(*), count(counted) FROM {month.table}")  # noqa: S608  (a name of ours)
        [(rows, counted)] = cursor.fetchall()
        if rows != counted:
            return 0
        cursor.execute(f"DROP TABLE {month.table}")
    return int(rows)
