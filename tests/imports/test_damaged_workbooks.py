"""What is no workbook, or a hostile one, is refused in little memory."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from typing import Any

import pytest

from customers.imports.mapping import ImportMap
from customers.imports.reading import FileRefused
from customers.imports.tables import open_table
from tests.imports.workbooks import cell_of, packed, relations, rows_of, sheet, workbook

DAMAGED = "The workbook is damaged"


def records_of(raw: bytes, *, width: int = 0, offset: int = 0, number: int = 0, **found: Any):
    map_ = ImportMap(fields={}, **found)
    return open_table(io.BytesIO(raw), map_, width=width, offset=offset, number=number)


BOMB = f'<!DOCTYPE a [<!ENTITY b "{"x" * 1000}"><!ENTITY c "{"&b;" * 1000}">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing of the kind",
        b"<worksheet><sheetData><row><c><v>1</v></c></row>",
        b"<worksheet><sheetData><row><c><v>1</w></c></row></sheetData></worksheet>",
        b"<worksheet><sheetData><row><c><v>\0</v></c></row></sheetData></worksheet>",
        b"<worksheet><sheetData><row><c><v>\xff</v></c></row></sheetData></worksheet>",
        (BOMB + sheet("<row><c><v>&c;</v></c></row>")).encode(),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet/>',
        b"<worksheet>" + b"<a>" * 1000,
        b'<worksheet a="' + b"x" * 2_000_000 + b'"/>',
        b"<worksheet><!--" + b"x" * 2_000_000 + b"--></worksheet>",
        b"<worksheet>" + b"".join(b"<a%d/>" % number for number in range(30_000)) + b"</worksheet>",
        sheet("<row/>").encode("utf-16"),
    ],
)
def test_what_no_spreadsheet_writes_ends_the_reading(content: bytes):
    raw = workbook("", parts={"xl/worksheets/sheet1.xml": content})
    with pytest.raises(FileRefused, match=DAMAGED):
        list(records_of(raw))


WHOLE = workbook(rows_of([["word", number] for number in range(200)]), words=["w"])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04", DAMAGED),
        (WHOLE[:-30], DAMAGED),
        (WHOLE[: len(WHOLE) // 2], DAMAGED),
        (packed({"content.xml": b"<office/>"}), "This is no XLSX workbook"),
        (packed({"_rels/.rels": relations("").encode()}), "This is no XLSX workbook"),
        (workbook(), "There is no sheet"),
        (workbook("", parts={"_rels/.rels": b"<a"}), DAMAGED),
        (workbook("", parts={"xl/workbook.xml": b""}), DAMAGED),
        (workbook("", parts={"xl/styles.xml": b"<styleSheet>"}), DAMAGED),
    ],
)
def test_a_file_that_is_no_workbook_says_so(raw: bytes, words: str):
    with pytest.raises(FileRefused, match=words):
        list(records_of(raw))


def test_a_part_that_is_missing_or_packed_by_other_means_is_damage():
    parts = {
        name: zipfile.ZipFile(io.BytesIO(WHOLE)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(WHOLE)).namelist()
    }
    with pytest.raises(FileRefused, match=DAMAGED):
        list(records_of(packed(parts, zipfile.ZIP_LZMA)))
    del parts["xl/worksheets/sheet1.xml"]
    with pytest.raises(FileRefused, match=DAMAGED):
        list(records_of(packed(parts)))


def test_a_directory_of_a_million_files_is_not_read():
    raw = packed({f"{number:06}": b"" for number in range(30_000)}, zipfile.ZIP_STORED)
    with pytest.raises(FileRefused, match=DAMAGED):
        list(records_of(raw))


def test_bombs_are_stopped(settings):
    settings.IMPORT_MAX_BYTES = 1 << 20
    for raw in (workbook("<row/>" * 300_000), workbook(f"<row><c><v>{'1' * 3_000_000}</v></c></row>")):
        with pytest.raises(FileRefused, match="more than 1 MB"):
            list(records_of(raw))


def test_a_hundred_megabytes_stay_out_of_memory():
    row = cell_of("y" * 30_000)
    raw = workbook(f"<row>{row}{'<c/>' * 100}</row>" * 3_000, words=("z" * 1000 for _ in range(20_000)))
    tracemalloc.start()
    count = sum(1 for _record in records_of(raw))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3_000
    assert peak < 12_000_000
