"""The files of imports: what was uploaded, until its job ends, and the refused rows, for some weeks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import Job, Retention
from crm.core.spreadsheet import safe
from customers.imports import staging

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

CHECK = "customers.import_check"
UPLOADS, REFUSED = "imports/uploads", "imports/refused"
ABANDONED = dt.timedelta(days=1)
RefusedRow = tuple[int, str, str | None, Any, str]  # line, reason, its field, one more, cells as JSON


def keep_upload(file: IO[bytes]) -> str:
    """Store an upload where workers find it; answers its name in the storage."""
    return default_storage.save(f"{UPLOADS}/{uuid.uuid4().hex}", File(file))


def write_refused(job_id: int, table: Iterable[Sequence[Any]]) -> str:
    """A table of refused rows as CSV; answers the file's name in the storage."""
    name = f"{REFUSED}/{job_id}.csv"
    default_storage.delete(name)
    with tempfile.TemporaryFile() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        csv.writer(text).writerows(table)
        text.flush()
        raw.seek(0)
        return default_storage.save(name, File(raw))


def refused_table(
    header: Sequence[str],
    rows: Iterable[RefusedRow],
    labels: Mapping[str, _StrOrPromise],
    beside: _StrOrPromise | None,
) -> Iterator[list[Any]]:
    """The refused rows under their header: their cells as they came, perhaps one more column, then why."""
    yield [*map(safe, header), *([str(beside)] if beside else []), _("Line of the file"), _("Reason")]
    for line, reason, name, more, raw in rows:
        cells = [safe(cell) for cell in json.loads(raw)]
        cells += [""] * (len(header) - len(cells))
        words = f"{labels[name]}: {_(reason)}" if name and name in labels else _(reason)
        yield [*cells, *([more] if beside else []), line, words]


def sweep() -> None:
    """Drop what ended or lost imports left behind: staging tables and uploads.

    What a check has staged waits for its import as long as the upload does.
    """
    left = set(staging.leftovers())  # before the jobs: one that begins now is not among them
    unfinished = set(Job.objects.unfinished().values_list("pk", flat=True))
    waiting = set(checked_since(timezone.now() - ABANDONED).values_list("pk", flat=True))
    for job_id in left - unfinished - waiting:
        staging.drop(job_id)
    needed = set(Job.objects.unfinished().values_list("params__file", flat=True))
    forget(UPLOADS, older_than=ABANDONED, except_for=needed)


def checked_since(moment: dt.datetime) -> QuerySet[Job]:
    return Job.objects.filter(kind=CHECK, state=Job.State.DONE, finished_at__gte=moment)


def forget_refused(retention: Retention) -> int:
    return forget(REFUSED, older_than=dt.timedelta(days=retention.refused_files), except_for=set())


def forget(folder: str, *, older_than: dt.timedelta, except_for: set[str]) -> int:
    """Delete stored files by age; answers how many."""
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    before = timezone.now() - older_than
    paths = {f"{folder}/{name}" for name in names} - except_for
    old = [path for path in paths if default_storage.get_modified_time(path) < before]
    for path in old:
        default_storage.delete(path)
    return len(old)
