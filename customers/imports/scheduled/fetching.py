"""Get the next new file of a schedule: from below the operator's folder, or from the open internet."""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import IO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.outgoing import Refused, Resolver, Unanswered, opened
from crm.core.sealing import Unreadable, unseal
from customers.models import ImportSchedule, TakenFile

PIECE = 256 * 1024
SETTLED = dt.timedelta(seconds=30)  # what changed later may still be being written
MOST_FILES = 10_000
LONGEST = 45.0  # seconds for a download; a worker has 90 for all it does at once
NOT_CHANGED = 304


class NotFetched(Exception):
    """There is a file or should be one, and it cannot be had; the words say why."""


@dataclass(frozen=True)
class Found:
    """A new file, open for reading. `etag` is the name a web server gives to this version of it."""

    file: IO[bytes]
    name: str
    size: int
    digest: str
    changed_at: dt.datetime | None = None
    etag: str = ""


@contextmanager
def next_file(schedule: ImportSchedule, *, resolve: Resolver = socket.getaddrinfo) -> Iterator[Found | None]:
    """The oldest file that was not taken yet, None when there is nothing new. Raises NotFetched."""
    with ExitStack() as stack:
        try:
            if schedule.source == ImportSchedule.Source.WEB:
                yield stack.enter_context(downloaded(schedule, resolve))
            else:
                yield next_of_folder(schedule, stack)
        except OSError as error:
            raise NotFetched(_("The folder cannot be read: %(why)s.") % {"why": error.strerror}) from error


def next_of_folder(schedule: ImportSchedule, stack: ExitStack) -> Found | None:
    folder = open_folder(schedule.folder)
    stack.callback(os.close, folder)
    seen = set(schedule.taken_files.values_list("name", "size", "changed_at"))
    before = timezone.now() - SETTLED
    for written, size, changed_at in files_in(folder, schedule.pattern):
        name = os.fsencode(written).decode(errors="replace")
        if (name, size, changed_at) in seen or changed_at > before:
            continue
        check_size(name, size)
        file = stack.enter_context(open_plain(written, folder))
        digest = digest_of(file)
        if not is_taken(schedule, digest):
            return Found(file, name, size, digest, changed_at)
        remember(schedule, name=name, size=size, digest=digest, changed_at=changed_at)
    return None


def open_folder(path: str) -> int:
    """A descriptor of a folder below IMPORT_FOLDER; no step of the way may be a link. Raises NotFetched."""
    if not settings.IMPORT_FOLDER:
        raise NotFetched(_("The operator has set no folder for imports (IMPORT_FOLDER)."))
    current = os.open(settings.IMPORT_FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    for step in filter(None, path.split("/")):
        if step in (".", ".."):
            os.close(current)
            raise NotFetched(_("The folder must lie below the folder of imports."))
        try:
            below = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=current)
        finally:
            os.close(current)
        current = below
    return current


def files_in(folder: int, pattern: str) -> list[tuple[str, int, dt.datetime]]:
    """Name, size and time of the plain files that fit, the oldest first; no links, nothing hidden."""
    found = []
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count >= MOST_FILES:
                raise NotFetched(
                    _("There are more than %(limit)d files in the folder.") % {"limit": MOST_FILES}
                )
            if not entry.name.startswith(".") and fnmatch.fnmatchcase(entry.name, pattern or "*"):
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode):
                    at = dt.datetime.fromtimestamp(facts.st_mtime_ns // 1000 / 1e6, tz=dt.UTC)
                    found.append((entry.name, facts.st_size, at))
    return sorted(found, key=lambda file: (file[2], file[0]))


@contextmanager
def open_plain(name: str, folder: int) -> Iterator[IO[bytes]]:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotFetched(_("%(name)s is no plain file.") % {"name": name})
        yield file


@contextmanager
def downloaded(schedule: ImportSchedule, resolve: Resolver) -> Iterator[Found | None]:
    with tempfile.TemporaryFile() as file:
        try:
            with opened(
                "GET", schedule.url, headers=headers_of(schedule), timeout=LONGEST, resolve=resolve
            ) as answer:
                etag = answer.getheader("ETag", "")[:200]
                is_new = save_answer(answer, file)
        except (Refused, Unanswered) as error:
            raise NotFetched(str(error)) from error
        digest = digest_of(file) if is_new else ""
        if not is_new or is_taken(schedule, digest):
            yield None
        else:
            yield Found(file, name_of(schedule.url), file.seek(0, os.SEEK_END), digest, etag=etag)


def headers_of(schedule: ImportSchedule) -> dict[str, str]:
    headers = {"User-Agent": "Perennial", "Accept": "text/csv, application/octet-stream, */*"}
    if schedule.etag:
        headers["If-None-Match"] = schedule.etag
    if schedule.sealed_authorization:
        try:
            headers["Authorization"] = unseal(schedule.sealed_authorization)
        except Unreadable as error:
            raise NotFetched(_("The credentials cannot be read any more: enter them again.")) from error
    return headers


def save_answer(answer: HTTPResponse, file: IO[bytes]) -> bool:
    """Write the answer down; False when the server says that nothing is new."""
    if answer.status == NOT_CHANGED:
        return False
    if 300 <= answer.status < 400:
        raise NotFetched(_("The server sends us elsewhere. Enter the address where the file really is."))
    if answer.status != 200:
        raise NotFetched(_("The server answered %(status)d.") % {"status": answer.status})
    size = 0
    while piece := answer.read(PIECE):
        size += len(piece)
        check_size(_("The file"), size)
        file.write(piece)
    if answer.length:
        raise NotFetched(_("The answer ended too early."))
    return True


def check_size(name: str, size: int) -> None:
    limit = settings.IMPORT_MAX_UPLOAD
    if size > limit:
        words = _("%(name)s is larger than %(limit)d MB.")
        raise NotFetched(words % {"name": name, "limit": limit >> 20})


def digest_of(file: IO[bytes]) -> str:
    """Of the whole file, which then stands at its beginning again."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def name_of(url: str) -> str:
    parts = urlsplit(url)
    last = unquote(parts.path).replace("\0", "").rstrip("/").rpartition("/")[2]
    return last[:200] or parts.netloc


def is_taken(schedule: ImportSchedule, digest: str) -> bool:
    return schedule.taken_files.filter(digest=digest).exists()


def remember(
    schedule: ImportSchedule, *, name: str, size: int, digest: str, changed_at: dt.datetime | None
) -> TakenFile:
    taken, _created = TakenFile.objects.update_or_create(
        schedule=schedule, name=name[:255], digest=digest, defaults={"size": size, "changed_at": changed_at}
    )
    return taken
