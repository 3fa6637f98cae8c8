"""The rows of a sheet as records, from any row on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, cast
from zipfile import ZipExtFile

from django.conf import settings

from customers.imports.reading import FileRefused, Record
from customers.imports.workbooks.package import Package
from customers.imports.workbooks.parsing import DAMAGED, PIECE, UNREADABLE, Parser
from customers.imports.workbooks.rows import Rows
from customers.imports.workbooks.strings import SharedWords
from customers.imports.workbooks.values import Styles, Wording

END_OF_ROW = re.compile(rb"</([A-Za-z_][\w.-]*:)?row\s*>")


class SheetRecords:
    """Iterate, and ask `position` where to go on after the record just answered.

    A position is the place in the unpacked part where the row ends, and the row's number. Short rows are
    filled up to `width` cells.
    """

    def __init__(
        self,
        package: Package,
        sheet: str,
        wording: Wording,
        *,
        width: int = 0,
        offset: int = 0,
        number: int = 0,
    ) -> None:
        styles, words = package.part_of("styles"), package.part_of("sharedStrings")
        self.rows = Rows(
            wording=wording,
            styles=package.read(styles, Styles()) if styles else Styles(),
            words=SharedWords(package.open(words) if words else None),
            number=number,
            is_inside=bool(offset),
        )
        self.width, self.position = width, (offset, number)
        stream = package.open(package.sheet(sheet).part)
        opened = go_on(stream, offset) if offset else []
        self.parser = Parser(stream, self.rows, limit=settings.IMPORT_MAX_BYTES, base=offset, opened=opened)

    def __iter__(self) -> Iterator[Record]:
        may_be_more = True
        while may_be_more:
            may_be_more = self.parser.feed()
            while self.rows.finished:
                offset, record = self.rows.finished.popleft()
                self.position = (offset, record.line)
                record.cells.extend([""] * (self.width - len(record.cells)))
                yield record


def go_on(stream: IO[bytes], offset: int) -> list[str]:
    """Skip to the end of a row; answers the tags that stand open there."""
    try:
        while offset:
            piece = stream.read(min(PIECE, offset))
            if not piece:
                break
            offset -= len(piece)
        found = END_OF_ROW.match(cast(ZipExtFile, stream).peek(PIECE))
    except DAMAGED as error:
        raise FileRefused(str(UNREADABLE)) from error
    if not found:
        raise FileRefused(str(UNREADABLE))
    prefix = (found[1] or b"").decode()
    return [prefix + name for name in ("worksheet", "sheetData", "row")]
