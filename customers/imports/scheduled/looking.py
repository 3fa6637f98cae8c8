"""Look where files come from, take the next new one, and queue its import, outside of any transaction."""

from __future__ import annotations

import datetime as dt
import logging
import socket
import time

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.access import may
from crm.core.models import Job, User
from crm.core.outgoing import Resolver
from crm.core.registry import Periodic, registry
from crm.core.telling import tell_admins
from customers.imports.files import keep_upload
from customers.imports.jobs import start_import
from customers.imports.mapping import BadMap, ImportMap
from customers.imports.scheduled.fetching import Found, NotFetched, next_file, remember
from customers.imports.scheduled.services import LOOKS, next_look
from customers.models import ImportSchedule

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)
SETTLED = ("said", "has_failed", "ran_at", "due_at", "last_job")
AGAIN = dt.timedelta(minutes=1)  # when the last file is still being read, or more may be waiting
LONGEST = 20.0  # seconds after which no further schedule is looked for in this turn


def look_for_files() -> int:
    """Look for every schedule that is due; answers how many files were taken."""
    heed_failed_jobs()
    taken, ends = 0, time.monotonic() + LONGEST
    while time.monotonic() < ends and (schedule := claim()):
        taken += look(schedule)
    return taken


def claim() -> ImportSchedule | None:
    """A due schedule that nobody else looks for until the lease is over."""
    with transaction.atomic():
        now = timezone.now()
        due = ImportSchedule.objects.filter(is_active=True, due_at__lte=now).order_by("due_at")
        schedule = due.select_for_update(skip_locked=True, of=("self",)).first()
        if schedule:
            schedule.due_at = now + LEASE
            schedule.save(update_fields=["due_at"])
    return schedule


def look(schedule: ImportSchedule, *, resolve: Resolver = socket.getaddrinfo) -> bool:
    """Take the next new file; what goes wrong is written down. Answers whether there was one."""
    if schedule.last_job and not schedule.last_job.is_finished:
        settle(schedule, said=_("The last file is still being imported."), due_at=timezone.now() + AGAIN)
        return False
    try:
        found_map = map_of(schedule)
        with next_file(schedule, resolve=resolve) as found:
            if found:
                take(schedule, found, found_map)
    except (NotFetched, BadMap) as error:
        fail(schedule, str(error))
        return False
    except Exception as error:  # one schedule's trouble must not keep the others waiting, and is to be seen
        logger.exception("Schedule %s failed", schedule.pk)
        fail(schedule, f"{type(error).__name__}: {error}")
        return False
    if found is None:
        settle(schedule, said=_("Nothing new."), due_at=next_look(schedule, timezone.now()))
    return found is not None


def map_of(schedule: ImportSchedule) -> ImportMap:
    """By which map it imports. Raises BadMap when it may not, or no longer can."""
    if schedule.kept_map is None:
        raise BadMap(_("Its columns were deleted. Choose saved ones."))
    found = ImportMap.from_dict(schedule.kept_map.map)
    importer = registry.importers[found.importer]
    if not all(may_run(schedule.made_by, permission) for permission in ("imports.run", importer.permission)):
        raise BadMap(_("Who made it may not import any more. Save it anew."))
    return found


def may_run(user: User | None, permission: str) -> bool:
    return user is not None and may(user, permission)


def take(schedule: ImportSchedule, found: Found, found_map: ImportMap) -> None:
    """Queue the import and remember the file, in one transaction."""
    stored = keep_upload(found.file)
    try:
        queue(schedule, found, found_map, stored)
    except Exception:
        default_storage.delete(stored)
        raise


def queue(schedule: ImportSchedule, found: Found, found_map: ImportMap, stored: str) -> None:
    with transaction.atomic():
        taken = remember(
            schedule, name=found.name, size=found.size, digest=found.digest, changed_at=found.changed_at
        )
        taken.job = start_import(
            stored=stored,
            name=found.name,
            found=found_map,
            by=schedule.made_by,
            options=schedule.options,
        )
        taken.save(update_fields=["job"])
        schedule.last_job, schedule.etag = taken.job, found.etag
        is_folder = schedule.source == ImportSchedule.Source.FOLDER
        due_at = timezone.now() + AGAIN if is_folder else next_look(schedule, timezone.now())
        settle(schedule, said=_("%(name)s was taken.") % {"name": found.name}, due_at=due_at)


def settle(schedule: ImportSchedule, *, said: str, due_at: dt.datetime, has_failed: bool = False) -> None:
    """Write down what a look came to; people may have changed the schedule meanwhile, or deleted it."""
    schedule.said, schedule.has_failed = said[:300].replace("\0", ""), has_failed
    schedule.ran_at, schedule.due_at = timezone.now(), due_at
    same = ImportSchedule.objects.filter(pk=schedule.pk)
    same.update(**{name: getattr(schedule, name) for name in SETTLED})
    same.filter(url=schedule.url).update(etag=schedule.etag)  # of another address it would say nothing


def fail(schedule: ImportSchedule, why: str) -> None:
    """It goes on looking; admins hear of the first failure in a row."""
    is_first = not schedule.has_failed
    settle(schedule, said=why, due_at=next_look(schedule, timezone.now()), has_failed=True)
    if is_first:
        tell_admins(
            subject=_("Scheduled import failed: %(name)s") % {"name": schedule.name},
            lines=[why],
            place=reverse("imports:schedules"),
        )


def heed_failed_jobs() -> None:
    """An import that was queued by a schedule and failed is a failure of the schedule."""
    failed = ImportSchedule.objects.filter(has_failed=False, last_job__state=Job.State.FAILED)
    for schedule in failed.select_related("last_job"):
        due_at = schedule.due_at
        fail(schedule, schedule.last_job.error if schedule.last_job else "")
        ImportSchedule.objects.filter(pk=schedule.pk).update(due_at=due_at, last_job=None)


PERIODIC = [Periodic(name=LOOKS, every=dt.timedelta(minutes=1), run=look_for_files, queue="bulk")]
