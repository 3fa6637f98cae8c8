"""Files of a few megabytes that unpack to gigabytes, at the limits of production: `make soak` runs them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.imports.importing import COLUMNS, checksums, run_import
from tests.imports.workbooks import MAIN, rows_of, sheet, workbook

pytestmark = pytest.mark.django_db

SIZE = 1_100_000_000
TITLES = ",".join(COLUMNS.values()).encode() + b"\n"


def packed_text(piece: bytes, size: int = SIZE) -> bytes:
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb", compresslevel=1) as file:
        file.write(TITLES)
        for _ in range(size // len(piece)):
            file.write(piece)
    return buffer.getvalue()


def packed_part(name: str, before: bytes, piece: bytes, size: int = SIZE) -> bytes:
    """A workbook of one sheet with a part that goes on and on."""
    buffer = io.BytesIO(workbook(rows_of([[*COLUMNS.values()]]) + '<row><c t="s"><v>99999999</v></c></row>'))
    with ZipFile(buffer, "a", ZIP_DEFLATED, compresslevel=1) as archive, archive.open(name, "w") as part:
        part.write(before)
        for _ in range(size // len(piece)):
            part.write(piece)
    return buffer.getvalue()


def many_words() -> bytes:
    row = "<row>" + '<c t="s"><v>0</v></c>' * 2 + "</row>"
    return workbook(rows_of([[*COLUMNS.values()]]) + row * 100_000, words=["y" * 32_000])


SHEET, WORDS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BEFORE = sheet(rows_of([[*COLUMNS.values()]])).removesuffix("</sheetData></worksheet>").encode()
FILES: dict[str, Callable[[], bytes]] = {
    "one line": lambda: packed_text(b"x" * 1_000_000),
    "lines of sixty thousand signs": lambda: packed_text(b"7,2026-03-14,C-1,X," + b"y" * 60_000 + b",1,5\n"),
    "lines of sixty thousand cells": lambda: packed_text(b"7" + b"," * 60_000 + b"\n"),
    "quotes never closed": lambda: packed_text(b'"\n', 4_000_000),
    "a sheet of words": lambda: packed_part(
        SHEET, BEFORE, b'<row><c t="str"><v>' + b"y" * 60_000 + b"</v></c></row>"
    ),
    "a cell without end": lambda: packed_part(SHEET, BEFORE + b"<row><c><v>", b"1" * 1_000_000),
    "a tag without end": lambda: packed_part(SHEET, BEFORE + b'<row a="', b"1" * 1_000_000),
    "tags in tags": lambda: packed_part(SHEET, BEFORE, b"<a>" * 100_000),
    "a million shared words": lambda: packed_part(WORDS, b"<sst>", b"<si><t>y</t></si>" * 10_000),
    "one shared word": lambda: packed_part(WORDS, b"<sst><si><t>", b"y" * 1_000_000),
    "little that says much": many_words,
    "entities": lambda: packed_part(SHEET, f'<!DOCTYPE w [<!ENTITY a "{MAIN}">]>'.encode(), b"&a;" * 1000),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bomb_is_a_file_that_is_refused(name: str, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    before = checksums()
    job = run_import(FILES[name]())
    assert job.attempts <= 1  # an error of ours would have been tried again
    assert not job.report.get("kept")
    assert checksums() == before
    print(f"{name}: {job.error or job.report['reasons']}")
