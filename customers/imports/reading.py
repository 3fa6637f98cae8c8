"""Read a delimited file record by record, in little memory, whatever is in it.

Nothing a file contains makes this raise but `FileRefused`, which speaks about the file as a whole. A record
that cannot be read comes out as such, with the reason, and reading goes on with the line after its first one.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple, cast

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from crm.core.jobs import JobRefused
from customers.imports.mapping import WHITESPACE, ImportMap

MOST_IN_LINE = 65_536  # bytes
MOST_LINES = 50  # that one quoted cell may run over
MOST_COLUMNS = 500
BOM = b"\xef\xbb\xbf"

TOO_LONG = gettext_noop("The line is too long")
BAD_BYTES = gettext_noop("The line is not written in the encoding of the file")
BAD_NUL = gettext_noop("The line contains a NUL character")
BAD_QUOTES = gettext_noop("A quote is opened and not closed, or closed in the middle of a cell")

NOT_TEXT = (
    (b"PK\x03\x04", gettext_lazy("This is a workbook or a zip file, whatever it is called. Save it as CSV.")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("This is an old Excel workbook. Save it as CSV.")),
    (b"%PDF", gettext_lazy("This is a PDF document, not a table.")),
    (b"\xff\xfe", gettext_lazy("This file is written in UTF-16. Save it as CSV in UTF-8.")),
    (b"\xfe\xff", gettext_lazy("This file is written in UTF-16. Save it as CSV in UTF-8.")),
    (b"\x1f\x8b", gettext_lazy("This file was packed twice. Unpack it once.")),
)


UNPACKABLE = gettext_lazy("The file is damaged: it cannot be unpacked to its end.")
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)
BUFFER = 256 * 1024


class FileRefused(JobRefused):
    """The file as a whole cannot be imported; the words say why."""


class Line(NamedTuple):
    """One physical line: its number from 1, where it starts, its text, and what is wrong with it."""

    number: int
    start: int
    text: str
    problem: str


@dataclass(frozen=True)
class Record:
    """One row of the file; with a problem, `cells` holds nothing but its first line as it stands."""

    line: int
    cells: list[str]
    problem: str = ""


def open_text(file: IO[bytes]) -> IO[bytes]:
    """The unpacked bytes of a plain or gzipped file. Raises FileRefused for what is no text."""
    file.seek(0)
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = cast(IO[bytes], io.BufferedReader(gzip.GzipFile(fileobj=file), BUFFER)) if packed else file
    try:
        beginning = stream.read(4)
        stream.seek(0)
    except DAMAGED as error:
        raise FileRefused(UNPACKABLE) from error
    if not beginning:
        raise FileRefused(_("The file is empty."))
    for magic, words in NOT_TEXT:
        if beginning.startswith(magic):
            raise FileRefused(str(words))
    return stream


class Lines:
    """The decoded lines of a stream, from a position on."""

    def __init__(self, stream: IO[bytes], encoding: str, *, offset: int = 0, number: int = 0) -> None:
        try:
            stream.seek(offset)
        except DAMAGED as error:
            raise FileRefused(UNPACKABLE) from error
        self.stream, self.encoding = stream, encoding
        self.offset, self.number = offset, number
        self.limit = settings.IMPORT_MAX_BYTES

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        start = self.offset
        raw, is_whole = self.read_line()
        if not raw:
            raise StopIteration
        self.number += 1
        if start == 0:
            raw = raw.removeprefix(BOM)
        text, problem = self.decode(raw)
        return Line(self.number, start, text, problem if is_whole else TOO_LONG)

    def read_line(self) -> tuple[bytes, bool]:
        raw = part = self.read_part()
        while len(part) == MOST_IN_LINE and not part.endswith(b"\n"):
            part = self.read_part()
        return raw, part is raw

    def read_part(self) -> bytes:
        try:
            part = self.stream.readline(MOST_IN_LINE)
        except DAMAGED as error:
            raise FileRefused(UNPACKABLE) from error
        self.offset += len(part)
        if self.offset > self.limit:
            raise FileRefused(
                _("The file holds more than %(limit)d MB. Split it.") % {"limit": self.limit >> 20}
            )
        return part

    def decode(self, raw: bytes) -> tuple[str, str]:
        try:
            text = raw.decode(self.encoding)
        except UnicodeDecodeError:
            return raw.decode(self.encoding, "replace").replace("\0", "\ufffd"), BAD_BYTES
        if "\0" in text:
            return text.replace("\0", "\ufffd"), BAD_NUL
        return text, ""


class Feed:
    """Hands lines to the csv reader, remembers which it took for one record, and takes them back."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.waiting: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """A broken line inside a quoted cell, or too many of them, ends the attempt to read a record."""
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.taken.append(line)
        if line.problem or len(self.taken) > MOST_LINES:
            raise csv.Error
        return line.text

    def peek(self) -> Line | None:
        if not self.waiting:
            line = next(self.lines, None)
            if line is None:
                return None
            self.waiting.append(line)
        return self.waiting[0]

    def keep_first_only(self) -> None:
        """The first line of the attempt is given up, the others are read again."""
        self.waiting.extendleft(reversed(self.taken[1:]))

    @property
    def position(self) -> tuple[int, int]:
        """Offset and number of lines before the next one."""
        if self.waiting:
            return self.waiting[0].start, self.waiting[0].number - 1
        return self.lines.offset, self.lines.number


class Records:
    """The records of a file; iterate, and ask `position` where to go on after the one just answered."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self.feed = Feed(lines)
        self.is_spaced = delimiter == WHITESPACE
        self.reader = csv.reader(self.feed, delimiter="," if self.is_spaced else delimiter, strict=True)

    @property
    def position(self) -> tuple[int, int]:
        return self.feed.position

    def __iter__(self) -> Iterator[Record]:
        while (first := self.feed.peek()) is not None:
            record = self.read(first)
            if any(map(str.strip, record.cells)):
                yield record

    def read(self, first: Line) -> Record:
        if first.problem or self.is_spaced:
            self.feed.waiting.popleft()
            cells = [as_it_stands(first)] if first.problem else first.text.split()
            return Record(first.number, cells, first.problem)
        self.feed.taken.clear()
        try:
            return Record(first.number, next(self.reader))
        except (csv.Error, StopIteration):
            self.feed.keep_first_only()
            return Record(first.number, [as_it_stands(first)], BAD_QUOTES)


def as_it_stands(line: Line) -> str:
    return line.text.rstrip("\r\n")


def read_header(records: Iterator[Record], found: ImportMap) -> list[str]:
    """The titles of the columns, none when the map says that there is no header. Raises FileRefused."""
    if not found.header:
        return []
    header = next(records, None)
    if header is None:
        raise FileRefused(_("The file is empty."))
    if header.problem:
        raise FileRefused(_("The header cannot be read: %(reason)s.") % {"reason": _(header.problem)})
    check_width(len(header.cells))
    return header.cells


def check_width(width: int) -> None:
    """Raise FileRefused for a table that nobody can choose columns of."""
    if width > MOST_COLUMNS:
        raise FileRefused(_("The file has more than %(limit)d columns.") % {"limit": MOST_COLUMNS})
