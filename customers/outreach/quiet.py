"""Quiet hours and calendar days where the customer is, through every change of the clocks."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=1024)
def zone_named(name: str, fallback: ZoneInfo) -> ZoneInfo:
    """A contact's zone; the company's when none is known, or none of that name."""
    try:
        return ZoneInfo(name) if name else fallback
    except (KeyError, ValueError):
        return fallback


def quiet_until(
    now: dt.datetime, *, zone: ZoneInfo, quiet_from: dt.time, quiet_until: dt.time
) -> dt.datetime | None:
    """When the quiet hours that `now` falls into end (UTC), None outside of them. They may span midnight."""
    local = now.astimezone(zone)
    clock = local.time()
    if quiet_from <= quiet_until:
        quiet = quiet_from <= clock < quiet_until
    else:
        quiet = clock >= quiet_from or clock < quiet_until
    if not quiet:
        return None
    day = local.date() if clock < quiet_until else local.date() + ONE_DAY
    return next(moment for moment in both_moments(day, quiet_until, zone) if moment > now)


def both_moments(day: dt.date, clock: dt.time, zone: ZoneInfo) -> list[dt.datetime]:
    """A local time in UTC; when clocks are set back it happens twice. The next day's stands at the end."""
    days = (day, day, day + ONE_DAY)
    return [
        dt.datetime.combine(date, clock.replace(fold=fold), zone).astimezone(dt.UTC)
        for date, fold in zip(days, (0, 1, 0), strict=True)
    ]


def start_of_day(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Midnight before `now` where the customer is."""
    return dt.datetime.combine(now.astimezone(zone).date(), dt.time.min, zone).astimezone(dt.UTC)


def start_of_next_day(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    day = now.astimezone(zone).date() + ONE_DAY
    return dt.datetime.combine(day, dt.time.min, zone).astimezone(dt.UTC)
