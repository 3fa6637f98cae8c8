"""What people do with scheduled imports."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import Company, User
from crm.core.nudge import nudge
from crm.core.outgoing import Refused, check_url
from crm.core.sealing import seal
from customers.imports.scheduled.fetching import NotFetched, open_folder
from customers.models import ImportSchedule, NamedMap

Every = ImportSchedule.Every
STEPS = {Every.QUARTER: dt.timedelta(minutes=15), Every.HOUR: dt.timedelta(hours=1)}
DAYS = {Every.DAY: 1, Every.WEEK: 7}
EARLY = dt.time(4)
LOOKS = "scheduled imports"


@transaction.atomic
def add_schedule(*, kept_map: NamedMap, made_by: User, **answers: Any) -> ImportSchedule:
    """Look for files from now on, as `made_by`. Raises ValidationError."""
    return write(ImportSchedule(kept_map=kept_map, made_by=made_by), **answers)


@transaction.atomic
def change_schedule(*, schedule: ImportSchedule, by: User, **answers: Any) -> ImportSchedule:
    """From now on it runs as who changed it last. Raises ValidationError."""
    schedule.made_by = by
    return write(schedule, **answers)


def write(schedule: ImportSchedule, *, authorization: str = "", **answers: Any) -> ImportSchedule:
    """Credentials belong to an address: another address forgets them, unless new ones come with it."""
    if authorization or answers["url"] != schedule.url:
        schedule.sealed_authorization = seal(authorization) if authorization else ""
        schedule.etag = ""
    for name, value in answers.items():
        setattr(schedule, name, value)
    check_source(schedule)
    schedule.due_at = next_look(schedule, timezone.now())
    schedule.full_clean(exclude=["options", "made_by", "last_job", "ran_at"])
    schedule.save()
    return schedule


def check_source(schedule: ImportSchedule) -> None:
    """Raise ValidationError for what we would never read."""
    try:
        if schedule.source == ImportSchedule.Source.WEB:
            check_url(schedule.url)
        else:
            check_folder(schedule.folder)
    except Refused as refused:
        raise ValidationError({"url": str(refused)}) from refused


def check_folder(path: str) -> None:
    try:
        os.close(open_folder(path))
    except (NotFetched, OSError) as error:
        words = str(error) if isinstance(error, NotFetched) else _("There is no such folder.")
        raise ValidationError({"folder": words}) from error


@transaction.atomic
def switch_schedule(*, schedule: ImportSchedule, on: bool) -> None:
    """Look again, or no more."""
    schedule.is_active = on
    schedule.due_at = next_look(schedule, timezone.now())
    schedule.save(update_fields=["is_active", "due_at"])


@transaction.atomic
def run_now(*, schedule: ImportSchedule) -> None:
    """Look at once, if it is switched on."""
    ImportSchedule.objects.filter(pk=schedule.pk).update(due_at=timezone.now())
    nudge("crm.core.tasks.run_periodic", queue="bulk", name=LOOKS)


@transaction.atomic
def delete_schedule(*, schedule: ImportSchedule) -> None:
    """Look no more, and forget which files were taken; what was imported stays."""
    schedule.delete()


def next_look(schedule: ImportSchedule, after: dt.datetime) -> dt.datetime:
    """The next time after this one; days begin at the hour chosen, by the clock of the company."""
    step = STEPS.get(Every(schedule.every))
    if step:
        return after + step
    zone, hour = Company.load().zone, schedule.at or EARLY
    today = after.astimezone(zone).date()
    first = dt.datetime.combine(today, hour, zone)
    days = dt.timedelta(days=DAYS[Every(schedule.every)])
    return first if first > after else dt.datetime.combine(today + days, hour, zone)
