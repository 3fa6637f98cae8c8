"""Schedules of imports, their files, and looks for them."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils import timezone

from crm.core.jobs import run_slice
from crm.core.models import Job, Role
from customers.imports.named import save_map
from customers.imports.scheduled.looking import look
from customers.imports.scheduled.services import add_schedule
from customers.models import ImportSchedule, NamedMap
from tests.factories import create_user
from tests.imports.importing import ORDER, make_map

FOLDER = {"source": "folder", "folder": "", "pattern": "*.csv", "url": "", "every": "hour", "at": None}
WEB = {"source": "web", "folder": "", "pattern": "*", "every": "hour", "at": None}


def kept_map() -> NamedMap:
    return save_map(name="Shop", found=make_map(), by=create_user(role=Role.ADMIN))


def schedule_of(**answers) -> ImportSchedule:
    made_by = create_user(role=Role.ADMIN)
    return add_schedule(kept_map=kept_map(), made_by=made_by, name="Orders", options={}, **answers)


def put(folder: Path, name: str, content: str = ORDER, *, age: int = 120) -> Path:
    file = folder / name
    file.write_text(content)
    at = timezone.now().timestamp() - age
    os.utime(file, (at, at))
    return file


def look_again(schedule: ImportSchedule) -> bool:
    """One look, with what it queued worked off."""
    schedule.refresh_from_db()
    found = look(schedule)
    for job in Job.objects.unfinished():
        while not job.is_finished:
            run_slice(job.pk)
            job.refresh_from_db()
    return found


def due_now(schedule: ImportSchedule) -> None:
    ImportSchedule.objects.filter(pk=schedule.pk).update(due_at=timezone.now())


def schedule_now(schedule: ImportSchedule) -> ImportSchedule:
    return ImportSchedule.objects.get(pk=schedule.pk)
