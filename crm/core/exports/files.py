"""The files of exports in the storage: parts while the job works, the whole until it expires."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from crm.core.exports.formats import Format
from crm.core.models import Job

PARTS, WHOLE = "exports/parts", "exports/files"


def keep_part(job: Job, content: IO[bytes]) -> str:
    """Store a part; one that a lost worker left under its name is replaced."""
    name = f"{PARTS}/{job.pk}-{len(job.cursor['parts'])}"
    default_storage.delete(name)
    return default_storage.save(name, File(content))


def put_together(job: Job, found: Format, names: Sequence[str]) -> str:
    """Store the whole file; answers its name in the storage."""
    name = f"{WHOLE}/{job.pk}.{found.suffix}"
    default_storage.delete(name)
    with tempfile.TemporaryFile() as whole:
        found.assemble(whole, names, open_parts(job.cursor["parts"]))
        whole.seek(0)
        return default_storage.save(name, File(whole))


def open_parts(names: Sequence[str]) -> Iterator[IO[bytes]]:
    for name in names:
        with default_storage.open(name) as part:
            yield part


def drop_parts(job: Job) -> None:
    for name in job.cursor.pop("parts", []):
        default_storage.delete(name)


def sweep(*, keep: dt.timedelta) -> int:
    """Delete the files of exports that are older, and parts that no job will use. Answers how many."""
    unfinished = {str(pk) for pk in Job.objects.unfinished().values_list("pk", flat=True)}
    return sum(delete_old(folder, older_than=keep, except_for=unfinished) for folder in (PARTS, WHOLE))


def delete_old(folder: str, *, older_than: dt.timedelta, except_for: set[str]) -> int:
    """Delete stored files by age, but not those of the given jobs."""
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    before = timezone.now() - older_than
    old = [
        name
        for name in names
        if name.replace(".", "-").split("-")[0] not in except_for
        and default_storage.get_modified_time(f"{folder}/{name}") < before
    ]
    for name in old:
        default_storage.delete(f"{folder}/{name}")
    return len(old)
