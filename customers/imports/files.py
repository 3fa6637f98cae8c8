"""The files of imports: what was uploaded, until its job ends, and the refused rows, for some weeks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import Job, Retention
from crm.core.spreadsheet import safe
from customers.imports import staging

UPLOADS, REFUSED = "imports/uploads", "imports/refused"
ABANDONED = dt.timedelta(days=1)
RefusedRow = tuple[int, str, int | None, str]  # line of the file, reason, line of the order, cells as JSON


def keep_upload(file: IO[bytes]) -> str:
    """Store an upload where workers find it; answers its name in the storage."""
    return default_storage.save(f"{UPLOADS}/{uuid.uuid4().hex}", File(file))


def write_refused(
    job_id: int, header: Sequence[str], rows: Iterable[tuple[int, str, int | None, str]]
) -> str:
    """The refused rows as CSV: their cells as they came, then why. Answers the file's name in the storage."""
    name = f"{REFUSED}/{job_id}.csv"
    default_storage.delete(name)
    with tempfile.TemporaryFile() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        csv.writer(text).writerows(refused_table(header, rows))
        text.flush()
        raw.seek(0)
        return default_storage.save(name, File(raw))


def refused_table(header: Sequence[str], rows: Iterable[RefusedRow]) -> Iterator[list[Any]]:
    yield [*map(safe, header), _("Line of the order"), _("Line of the file"), _("Reason")]
    for line, reason, ordinal, raw in rows:
        cells = [safe(cell) for cell in json.loads(raw)]
        cells += [""] * (len(header) - len(cells))
        yield [*cells, ordinal, line, _(reason)]


def sweep() -> None:
    """Drop what ended or lost imports left behind: staging tables and uploads."""
    unfinished = set(Job.objects.unfinished().values_list("pk", flat=True))
    for job_id in set(staging.leftovers()) - unfinished:
        staging.drop(job_id)
    needed = set(Job.objects.unfinished().values_list("params__file", flat=True))
    forget(UPLOADS, older_than=ABANDONED, except_for=needed)


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
