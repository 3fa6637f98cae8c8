"""The import as a job: read in slices, apply at once, write down what was refused."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.housekeeping.chores import Chore
from crm.core.jobs import Cancelled, JobRefused, save_progress, start_job
from crm.core.models import Company, Job, User
from crm.core.registry import JobKind, Periodic
from customers.imports import files, sql, staging
from customers.imports.applying import apply
from customers.imports.mapping import BadMap, ImportMap
from customers.imports.reading import FileRefused, Lines, Records, open_text, read_header
from customers.imports.rows import RowReader

KIND = "customers.import_purchases"
BATCH = 10_000
READ, APPLY, REPORT = "read", "apply", "report"
TOTAL, READ_SHARE = 100, 70  # reading is about 70 % of the work


def start_import(
    *,
    stored: str,
    title: str,
    found: ImportMap,
    by: User | None,
    treat_as_new_since: dt.date | None = None,
    owner: User | None = None,
) -> Job:
    """Queue the import of a file of purchases that `files.keep_upload` has stored.

    Purchases ordered at or after `treat_as_new_since` (a day of the company) count as happening now; all
    others are history. New customers go to `owner`.
    """
    since = treat_as_new_since and dt.datetime.combine(treat_as_new_since, dt.time.min, Company.load().zone)
    params = {
        "file": stored,
        "map": found.to_dict(),
        "treat_as_new_since": since.isoformat() if since else None,
        "owner": owner.pk if owner else None,
    }
    return start_job(kind=KIND, title=title, params=params, by=by)


def run_slice(job: Job, deadline: dt.datetime) -> bool:
    """One slice of an import; what a cancelled or refused one leaves is cleared at once."""
    try:
        return work(job, deadline)
    except (Cancelled, JobRefused):
        clear(job)
        raise


def work(job: Job, deadline: dt.datetime) -> bool:
    found = ImportMap.from_dict(job.params["map"])
    stage = job.cursor.get("stage", READ)
    if stage == READ:
        read(job, found, deadline)
    elif stage == APPLY:
        apply_staged(job, found)
    else:
        write_report(job)
    return stage == REPORT


def read(job: Job, found: ImportMap, deadline: dt.datetime) -> None:
    """Stage the file's rows, a batch per transaction, until the deadline."""
    with open_stored(job.params["file"]) as file:
        stream = open_text(file)
        if "offset" not in job.cursor:
            begin(job, found, stream)
        cursor = job.cursor
        records = Records(
            Lines(stream, found.encoding, offset=cursor["offset"], number=cursor["lines"]), found.delimiter
        )
        reader = row_reader(job, found)
        upcoming = iter(records)
        while timezone.now() < deadline:
            batch = [reader.read(record) for record in islice(upcoming, BATCH)]
            if not batch:
                finish_reading(job)
                return
            cursor["offset"], cursor["lines"] = records.position
            keep(job, batch, share=file.tell() / max(1, file.size))


def open_stored(name: str) -> Any:
    try:
        return default_storage.open(name)
    except OSError as error:
        raise FileRefused(_("The file is not there any more. Upload it again.")) from error


def begin(job: Job, found: ImportMap, stream: IO[bytes]) -> None:
    """Make the staging table and find the columns."""
    records = Records(Lines(stream, found.encoding), found.delimiter)
    header = read_header(iter(records), found)
    try:
        columns = found.columns(header)
    except BadMap as error:
        raise FileRefused(str(error)) from error
    staging.create(job.pk)
    offset, lines = records.position
    job.cursor.update(stage=READ, rows=0, columns=columns, header=header, offset=offset, lines=lines)


def row_reader(job: Job, found: ImportMap) -> RowReader:
    return RowReader(
        found,
        columns=job.cursor["columns"],
        width=len(job.cursor["header"]) or None,
        zone=Company.load().zone,
        now=timezone.now(),
    )


def keep(job: Job, batch: list[Any], *, share: float) -> None:
    job.cursor["rows"] += len(batch)
    lines = number_format(job.cursor["rows"], force_grouping=True)
    with transaction.atomic():
        staging.copy(job.pk, batch)
        save_progress(
            job, done=int(READ_SHARE * share), total=TOTAL, note=_("%(lines)s lines read") % {"lines": lines}
        )


def finish_reading(job: Job) -> None:
    if not job.cursor["rows"]:
        raise FileRefused(_("There are no rows in this file."))
    job.cursor["stage"] = APPLY
    save_progress(job, done=READ_SHARE, note=_("Writing customers and orders"))


def apply_staged(job: Job, found: ImportMap) -> None:
    """Apply what is staged; read the file again when a crash of the database emptied the staging table."""
    if staging.count(job.pk) != job.cursor["rows"]:
        job.cursor.clear()
        return
    with transaction.atomic():
        job.report = apply(job, found)
        job.cursor["stage"] = REPORT
        save_progress(job, done=TOTAL - 1, note=_("Writing the report"))


def write_report(job: Job) -> None:
    if job.report["refused"]:
        with transaction.atomic():
            refused = staging.stream(sql.REFUSED_ROWS.format(staging=staging.table_of(job.pk)))
            job.report["refused_file"] = files.write_refused(job.pk, job.cursor["header"], refused)
    job.done = TOTAL
    clear(job)


def clear(job: Job) -> None:
    """Forget the staged rows and the uploaded file."""
    staging.drop(job.pk)
    default_storage.delete(job.params["file"])


JOB_KINDS = [
    JobKind(
        name=KIND,
        label=gettext_lazy("Import of purchases"),
        run_slice=run_slice,
        report_template="imports/report.html",
    )
]
CHORES = [Chore(name="refused rows", label=gettext_lazy("Refused rows of imports"), run=files.forget_refused)]
PERIODIC = [Periodic(name="sweep imports", every=dt.timedelta(hours=1), run=files.sweep, queue="bulk")]
