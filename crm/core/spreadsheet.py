"""Files that a spreadsheet opens without running what customers wrote into their names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that this is UTF-8


class Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as lines of CSV, every text made safe."""
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def safe(cell: object) -> object:
    """Words that look like a formula get an apostrophe; numbers stay numbers."""
    if isinstance(cell, int | float) or not str(cell).startswith(FORMULA):
        return cell
    return f"'{cell}" if not is_number(str(cell)) else cell


def is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
