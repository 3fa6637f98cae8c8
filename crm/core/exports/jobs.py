"""An export as a job: rows are read by key in slices, so that a million of them need little memory."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.access import may
from crm.core.exports import files
from crm.core.exports.formats import FORMATS, Format
from crm.core.exports.lists import Column, Export
from crm.core.jobs import Cancelled, JobRefused, save_progress, start_job
from crm.core.models import Job, User
from crm.core.registry import JobKind, registry

KIND = "core.export"
BATCH = 5000
PART = dt.timedelta(seconds=15)  # how long a part is written before it is stored


def exports_open_to(user: User) -> list[Export]:
    """What this person may take out."""
    found = [export for export in registry.exports.values() if may(user, export.permission)]
    return sorted(found, key=lambda export: export.order)


def start_export(
    *, export: Export, file_format: str, filters: Mapping[str, str] | None = None, by: User
) -> Job:
    """Queue the writing of a file. Raises KeyError for an unknown format."""
    FORMATS[file_format]
    params = {"export": export.name, "format": file_format, "filters": dict(filters or {})}
    return start_job(kind=KIND, title=_("Export: %(name)s") % {"name": export.label}, params=params, by=by)


def run_slice(job: Job, deadline: dt.datetime) -> bool:
    """Write a part, or put the parts together; what a stopped or refused one leaves is cleared at once."""
    try:
        return work(job, deadline)
    except (Cancelled, JobRefused):
        files.drop_parts(job)
        raise


def work(job: Job, deadline: dt.datetime) -> bool:
    export, user = asked_for(job)
    columns = columns_for(export, user)
    found = FORMATS[job.params["format"]]
    rows = export.rows(user, job.params["filters"])
    if "parts" not in job.cursor:
        begin(job, rows, found)
    if not job.cursor["read"]:
        write_part(job, rows, columns, found, min(deadline, timezone.now() + PART))
        return False
    finish(job, found, [column.name for column in columns])
    return True


def asked_for(job: Job) -> tuple[Export, User]:
    """The list and the person, asked anew in every slice: rights may have been taken away."""
    export, user = registry.exports.get(job.params["export"]), job.created_by
    if export is None or user is None or not may(user, export.permission):
        raise JobRefused(_("This list may not be exported any more."))
    return export, user


def columns_for(export: Export, user: User) -> list[Column]:
    return [column for column in export.columns if not column.permission or may(user, column.permission)]


def begin(job: Job, rows: QuerySet[Any], found: Format) -> None:
    total = rows.count()
    if found.most_rows and total > found.most_rows:
        raise JobRefused(
            _("A spreadsheet holds %(most)d rows, these are %(total)d. Take CSV.")
            % {"most": found.most_rows, "total": total}
        )
    job.cursor.update(parts=[], after=None, read=False)
    save_progress(job, done=0, total=total)


def write_part(
    job: Job, rows: QuerySet[Any], columns: list[Column], found: Format, deadline: dt.datetime
) -> None:
    """Rows by key until the deadline or the end, stored as one part."""
    names = [column.name for column in columns]
    ordered = rows.order_by("pk").values_list("pk", *(column.path for column in columns))
    after, done = job.cursor["after"], job.done
    with tempfile.TemporaryFile() as part:
        while True:
            batch = list((ordered if after is None else ordered.filter(pk__gt=after))[:BATCH])
            part.write(found.encode(names, [row[1:] for row in batch]))
            done += len(batch)
            after = batch[-1][0] if batch else after
            if len(batch) < BATCH or timezone.now() >= deadline:
                break
        part.seek(0)
        stored = files.keep_part(job, part)
    job.cursor["parts"].append(stored)
    job.cursor.update(after=after, read=len(batch) < BATCH)
    with transaction.atomic():
        save_progress(job, done=done)


def finish(job: Job, found: Format, names: list[str]) -> None:
    """The whole file first, then its parts go: a worker lost in between has nothing to do again."""
    if not job.report:
        name = files.put_together(job, found, names)
        job.report = {"file": name, "rows": job.done, "bytes": default_storage.size(name)}
        save_progress(job, total=job.done)
    files.drop_parts(job)


JOB_KINDS = [
    JobKind(
        name=KIND,
        label=gettext_lazy("Export"),
        run_slice=run_slice,
        report_template="core/export_report.html",
    )
]
