"""A first guess at how a file is written, from its beginning; a person looks it over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import IO, Any, Self
from zoneinfo import ZoneInfo

from crm.core.importers import Importer
from customers.imports.cells import RowRefused, moment_reader
from customers.imports.mapping import DATE_FORMATS, DELIMITERS, WHITESPACE, ImportMap, fold
from customers.imports.reading import MOST_COLUMNS, MOST_IN_LINE, check_width, open_text, read_header
from customers.imports.tables import is_workbook, open_table

SAMPLE = 200
SHOWN = 5
UTC = ZoneInfo("UTC")
COMMA_DECIMAL = re.compile(r"-?[0-9.]*,[0-9]{1,2}")


@dataclass(frozen=True)
class Layout:
    """How the text of a file is cut into cells, or which sheet of a workbook holds them."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    sheet: str = ""

    @classmethod
    def of(cls, found: ImportMap) -> Self:
        return cls(found.delimiter, found.encoding, found.header, found.sheet)


@dataclass(frozen=True)
class Sight:
    """The beginning of a file: titles (numbered columns without a header) and some rows."""

    layout: Layout
    header: list[str]
    rows: list[list[str]]

    def called(self, number: int) -> str | int:
        """A column by its title, where it has one of its own, else by its number."""
        title = self.header[number - 1].strip() if self.layout.header else ""
        return title if title and [*map(fold, self.header)].count(fold(title)) == 1 else number

    @property
    def shown(self) -> list[list[str]]:
        return self.rows[:SHOWN]


def guess_layout(file: IO[bytes]) -> Layout:
    """Delimiter, encoding and whether there is a header. Raises FileRefused for what is no table."""
    if is_workbook(file):
        first_row = next(iter(open_table(file, ImportMap(fields={}))), None)
        return Layout(header=has_words(" ".join(first_row.cells if first_row else [])))
    beginning = open_text(file).read(MOST_IN_LINE)
    try:
        beginning[: beginning.rfind(b"\n") + 1 or None].decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "cp1252"
    first = beginning.decode(encoding, "replace").split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in DELIMITERS if mark != WHITESPACE}
    best = max(counts, key=lambda mark: counts[mark])
    return Layout(best if counts[best] else WHITESPACE, encoding, has_words(first))


def has_words(first: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", first))


def look(file: IO[bytes], layout: Layout) -> Sight:
    """Read the beginning of a file. Raises FileRefused."""
    found = ImportMap(fields={}, **asdict(layout))
    upcoming = iter(open_table(file, found))
    header = read_header(upcoming, found)
    rows = [record.cells for record in islice(upcoming, SAMPLE) if not record.problem]
    width = max(map(len, rows), default=0)
    if not header:
        check_width(width)
    rows = [row[:MOST_COLUMNS] for row in rows]
    return Sight(layout, header or [str(number) for number in range(1, width + 1)], rows)


def guess_map(importer: Importer, sight: Sight) -> dict[str, Any]:
    """Initial values: a column number per field that was recognised, a date format and a decimal mark."""
    fields = guess_columns(importer, sight.header)
    samples = {
        kind: [
            text
            for field in importer.fields
            if field.kind in kinds
            for text in column(sight, fields.get(field.name))
        ]
        for kind, kinds in (("dates", ("day", "moment")), ("numbers", ("number",)))
    }
    return {
        "fields": fields,
        "date_format": guess_date_format(samples["dates"]),
        "decimal": "," if any(map(COMMA_DECIMAL.fullmatch, samples["numbers"])) else ".",
    }


def guess_columns(importer: Importer, header: Sequence[str]) -> dict[str, int]:
    """The column, from 1, of each field whose likeliest title is there; no column is given twice."""
    free = {plain(title): number for number, title in reversed([*enumerate(header, start=1)])}
    found = {}
    for field in importer.fields:
        title = next((title for title in (*field.titles, plain(str(field.label))) if title in free), None)
        if title:
            found[field.name] = free.pop(title)
    return found


def plain(title: str) -> str:
    return re.sub(r"[\W_]", "", title.casefold())


def column(sight: Sight, number: int | None) -> list[str]:
    return [row[number - 1].strip() for row in sight.rows if number and number <= len(row)]


def guess_date_format(texts: Sequence[str]) -> str:
    """The first format that reads every sample."""
    return next((one for one in DATE_FORMATS if reads_all(one, texts)), "iso")


def reads_all(date_format: str, texts: Sequence[str]) -> bool:
    read = moment_reader(date_format, UTC)
    try:
        return all(read(text) for text in texts if text)
    except RowRefused:
        return False
