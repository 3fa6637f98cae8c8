"""One way to the rows of any file that can be imported: delimited text, packed or not, and workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any, Protocol

from django.conf import settings

from customers.imports.mapping import ImportMap
from customers.imports.reading import Lines, Record, Records, open_text
from customers.imports.workbooks.package import MAGIC, Package
from customers.imports.workbooks.parsing import too_large
from customers.imports.workbooks.records import SheetRecords
from customers.imports.workbooks.values import Wording

MOST_ROWS = 10_000
MOST_SIGNS = 4_000_000  # in the cells of a batch: what it costs in memory, several times over


class Table(Protocol):
    """Rows one after the other; `position` is where to go on after the one just answered."""

    @property
    def position(self) -> tuple[int, int]: ...

    def __iter__(self) -> Iterator[Record]: ...


def open_table(
    file: IO[bytes], found: ImportMap, *, width: int = 0, offset: int = 0, number: int = 0
) -> Table:
    """The rows of a file from a position on. Raises FileRefused for what is no table.

    `width` is how many cells the header has, if it is known: rows of a sheet end with their last filled cell.
    """
    if is_workbook(file):
        package = Package(file)
        wording = Wording(decimal=found.decimal, date_format=found.date_format, is_1904=package.is_1904)
        return SheetRecords(package, found.sheet, wording, width=width, offset=offset, number=number)
    lines = Lines(open_text(file), found.encoding, offset=offset, number=number)
    return Records(lines, found.delimiter)


def is_workbook(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the sheets, those that are hidden last; none when the file is no workbook."""
    if not is_workbook(file):
        return []
    return [sheet.name for sheet in sorted(Package(file).sheets, key=lambda sheet: sheet.is_hidden)]


def take_batch(records: Iterator[Record]) -> list[Record]:
    """The next rows, as many as fit into memory whatever is in them; none at the end."""
    batch, signs = [], 0
    for record in islice(records, MOST_ROWS):
        batch.append(record)
        signs += signs_of(record)
        if signs > MOST_SIGNS:
            break
    return batch


def count_signs(cursor: dict[str, Any], batch: Iterable[Record]) -> None:
    """Keep count of all that a file has said. Raises FileRefused when it is more than a file may hold.

    A workbook says much with little: a hundred cells may refer to the same words.
    """
    cursor["signs"] = cursor.get("signs", 0) + sum(map(signs_of, batch))
    if cursor["signs"] > settings.IMPORT_MAX_BYTES:
        raise too_large(settings.IMPORT_MAX_BYTES)


def signs_of(record: Record) -> int:
    return len(record.cells) + sum(map(len, record.cells))
