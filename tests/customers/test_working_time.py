"""When "within eight working hours" is over."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.core.models import Company
from customers.services.working_time import add_working_hours, end_of_working_day

BERLIN = Company(
    time_zone="Europe/Berlin", workdays=[1, 2, 3, 4, 5], day_starts=dt.time(9), day_ends=dt.time(17)
)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-17T10:00+01:00", 4, "2026-11-17T14:00+01:00"),
        ("2026-11-17T10:00+01:00", 8, "2026-11-18T10:00+01:00"),
        ("2026-11-17T20:00+01:00", 1, "2026-11-18T10:00+01:00"),
        ("2026-11-20T16:00+01:00", 2, "2026-11-23T10:00+01:00"),  # over a weekend
        ("2026-11-21T12:00+01:00", 8, "2026-11-23T17:00+01:00"),  # from a Saturday
        ("2026-10-23T16:00+02:00", 2, "2026-10-26T10:00+01:00"),  # over the end of summer time
        ("2026-11-17T10:00+01:00", 0, "2026-11-17T10:00+01:00"),
    ],
)
def test_it_works(start, hours, due):
    assert add_working_hours(start=moment(start), hours=hours, company=BERLIN) == moment(due)


def test_without_working_days_hours_are_plain_hours():
    never_open = Company(time_zone="UTC", workdays=[])
    start = moment("2026-11-17T10:00+00:00")

    assert add_working_hours(start=start, hours=8, company=never_open) == start + dt.timedelta(hours=8)


def test_end_of_working_day():
    assert end_of_working_day(day=dt.date(2026, 11, 20), company=BERLIN) == moment("2026-11-20T17:00+01:00")
    assert end_of_working_day(day=dt.date(2026, 11, 21), company=BERLIN) == moment("2026-11-23T17:00+01:00")
