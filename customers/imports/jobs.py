"""The import as a job: read in slices, apply at once (or try it out), write down what was refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.housekeeping.chores import Chore
from crm.core.jobs import Cancelled, JobRefused, kept_alive, save_progress, start_job
from crm.core.models import Company, Job, User
from crm.core.registry import JobKind, Periodic
from customers.imports import files, staging
from customers.imports.applying import apply, keep_refused, take_turn, try_out
from customers.imports.files import CHECK
from customers.imports.mapping import BadMap, ImportMap
from customers.imports.reading import FileRefused, Record, read_header
from customers.imports.rows import STAGED_FIRST, FieldReader
from customers.imports.tables import count_signs, open_table, take_batch

KIND = "customers.import"
READ, APPLY, REPORT = "read", "apply", "report"
TOTAL, READ_SHARE = 100, 70  # reading is about 70 % of the work


def start_import(
    *,
    stored: str,
    name: str,
    found: ImportMap,
    by: User | None,
    options: Mapping[str, Any] | None = None,
    checked: Job | None = None,
) -> Job:
    """Queue the import of a file called `name` that `files.keep_upload` has stored.

    `options` are answers to the importer's own questions as JSON values. `checked` is a check of the same
    file by the same map, whose staged rows are taken over while they are there.
    """
    title = _("Import of %(file)s") % {"file": name}
    params = params_of(stored, name, found, options) | {"checked": checked.pk if checked else None}
    return start_job(kind=KIND, title=title, params=params, by=by)


def start_check(
    *, stored: str, name: str, found: ImportMap, by: User | None, options: Mapping[str, Any] | None = None
) -> Job:
    """Queue a dry run: its report is what an import would write, and nothing is written."""
    title = _("Check of %(file)s") % {"file": name}
    return start_job(kind=CHECK, title=title, params=params_of(stored, name, found, options), by=by)


@transaction.atomic
def import_checked(*, check: Job, by: User) -> Job:
    """Import what was checked; a second time answers the import of the first."""
    locked = Job.objects.select_for_update().get(pk=check.pk)
    if started := locked.report.get("import"):
        return Job.objects.get(pk=started)
    params = locked.params
    job = start_import(
        stored=params["file"],
        name=params["name"],
        found=ImportMap.from_dict(params["map"]),
        by=by,
        options=params["options"],
        checked=locked,
    )
    locked.report["import"] = job.pk
    locked.save(update_fields=["report"])
    return job


def params_of(stored: str, name: str, found: ImportMap, options: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"file": stored, "name": name, "map": found.to_dict(), "options": dict(options or {})}


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
        if job.cursor or not take_over(job):
            read(job, found, deadline)
    elif stage == APPLY:
        return write(job, found)
    else:
        write_report(job, found)
    return stage == REPORT


def take_over(job: Job) -> bool:
    """Go on where the check of this file ended; False when there is none, or a crash emptied its table."""
    checked = Job.objects.filter(pk=job.params.get("checked"), kind=CHECK, state=Job.State.DONE).first()
    if checked is None or staging.count(checked.pk) != checked.cursor["rows"]:
        return False
    with transaction.atomic():
        staging.hand_over(giver=checked.pk, taker=job.pk)
        job.cursor.update(checked.cursor, stage=APPLY)
        save_progress(job, done=READ_SHARE, total=TOTAL, note=_("Writing what was checked"))
    return True


def read(job: Job, found: ImportMap, deadline: dt.datetime) -> None:
    """Stage the file's rows, a batch per transaction, until the deadline."""
    with open_stored(job.params["file"]) as file:
        if "offset" not in job.cursor:
            begin(job, found, file)
        cursor = job.cursor
        records = open_table(
            file, found, width=len(cursor["header"]), offset=cursor["offset"], number=cursor["lines"]
        )
        read_row = row_reader(job, found)
        upcoming = iter(records)
        while timezone.now() < deadline:
            records_read = take_batch(upcoming)
            batch = [*map(read_row, records_read)]
            if not batch:
                finish_reading(job)
                return
            count_signs(cursor, records_read)
            cursor["offset"], cursor["lines"] = records.position
            keep(job, found, batch, share=file.tell() / max(1, file.size))


def open_stored(name: str) -> Any:
    try:
        return default_storage.open(name)
    except OSError as error:
        raise FileRefused(_("The file is not there any more. Upload it again.")) from error


def begin(job: Job, found: ImportMap, file: IO[bytes]) -> None:
    """Make the staging table and find the columns."""
    records = open_table(file, found)
    header = read_header(iter(records), found)
    try:
        columns = found.columns(header)
    except BadMap as error:
        raise FileRefused(str(error)) from error
    staging.create(job.pk, found.reads_for)
    offset, lines = records.position
    job.cursor.update(stage=READ, rows=0, columns=columns, header=header, offset=offset, lines=lines)


def row_reader(job: Job, found: ImportMap) -> Callable[[Record], Sequence[Any]]:
    importer, columns, width = found.reads_for, job.cursor["columns"], len(job.cursor["header"]) or None
    if importer.reader:
        return importer.reader(found, columns, width)
    return FieldReader(importer, found, columns=columns, width=width, zone=Company.load().zone)


def columns_read(found: ImportMap) -> list[str]:
    """What the reader of this map's importer fills of the staging table."""
    importer = found.reads_for
    if importer.reader:
        return [*(name for name in STAGED_FIRST if name != "of_field"), *importer.staged]
    return [*STAGED_FIRST, *(field.name for field in importer.fields)]


def keep(job: Job, found: ImportMap, batch: list[Any], *, share: float) -> None:
    job.cursor["rows"] += len(batch)
    lines = number_format(job.cursor["rows"], force_grouping=True)
    with transaction.atomic():
        staging.copy(job.pk, columns_read(found), batch)
        save_progress(
            job, done=int(READ_SHARE * share), total=TOTAL, note=_("%(lines)s lines read") % {"lines": lines}
        )


def finish_reading(job: Job) -> None:
    if not job.cursor["rows"]:
        raise FileRefused(_("There are no rows in this file."))
    job.cursor["stage"] = APPLY
    trial = job.kind == CHECK
    save_progress(job, done=READ_SHARE, note=_("Trying it out") if trial else _("Writing what was read"))


def write(job: Job, found: ImportMap) -> bool:
    """Apply what is staged, or try it out, which ends a check.

    The file is read again when a crash of the database emptied the staging table.
    """
    if staging.count(job.pk) != job.cursor["rows"]:
        job.cursor.clear()
        return False
    if job.kind == CHECK:
        with kept_alive(job):
            job.report = try_out(job, found)
        job.done = TOTAL
        return True
    with kept_alive(job), transaction.atomic():
        take_turn()
        job.refresh_from_db(fields=["cursor", "report"])
        if job.cursor["stage"] == REPORT:  # another worker took this one for lost
            return False
        job.report = apply(job, found)
        job.cursor["stage"] = REPORT
        save_progress(job, done=TOTAL - 1, note=_("Writing the report"))
    return False


def write_report(job: Job, found: ImportMap) -> None:
    with transaction.atomic():
        keep_refused(job, found, job.report)
    job.done = TOTAL
    clear(job)


def clear(job: Job) -> None:
    """Forget the staged rows and the uploaded file."""
    staging.drop(job.pk)
    default_storage.delete(job.params["file"])


JOB_KINDS = [
    JobKind(
        name=KIND,
        label=gettext_lazy("Import"),
        run_slice=run_slice,
        report_template="imports/report.html",
        in_one_go=True,
    ),
    JobKind(
        name=CHECK,
        label=gettext_lazy("Check of a file"),
        run_slice=run_slice,
        report_template="imports/check.html",
        in_one_go=True,
    ),
]
CHORES = [Chore(name="refused rows", label=gettext_lazy("Refused rows of imports"), run=files.forget_refused)]
PERIODIC = [Periodic(name="sweep imports", every=dt.timedelta(hours=1), run=files.sweep, queue="bulk")]
