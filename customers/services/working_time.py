"""Working hours of the company: when something promised "within 8 hours" is due."""

from __future__ import annotations

import datetime as dt

from crm.core.models import Company

LONGEST = 366  # days looked at; a company without working days gets plain hours


def add_working_hours(*, start: dt.datetime, hours: float, company: Company) -> dt.datetime:
    """When `hours` of the company's working time have passed since `start` (aware; answers UTC)."""
    if not company.workdays:
        return start + dt.timedelta(hours=hours)
    left = dt.timedelta(hours=hours)
    day = start.astimezone(company.zone).date()
    for _ in range(LONGEST):
        opens, closes = hours_of(day, company)
        begins = max(start, opens)
        if begins < closes:
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        day += dt.timedelta(days=1)
    return start + dt.timedelta(hours=hours)


def hours_of(day: dt.date, company: Company) -> tuple[dt.datetime, dt.datetime]:
    """Opening and closing of a day in UTC; both the same on days off."""
    opens = dt.datetime.combine(day, company.day_starts, company.zone).astimezone(dt.UTC)
    if day.isoweekday() not in company.workdays:
        return opens, opens
    return opens, dt.datetime.combine(day, company.day_ends, company.zone).astimezone(dt.UTC)


def end_of_working_day(*, day: dt.date, company: Company) -> dt.datetime:
    """When the company closes on that day, or on the next working day after it."""
    for offset in range(LONGEST):
        opens, closes = hours_of(day + dt.timedelta(days=offset), company)
        if opens < closes:
            return closes
    return dt.datetime.combine(day, company.day_ends, company.zone).astimezone(dt.UTC)
