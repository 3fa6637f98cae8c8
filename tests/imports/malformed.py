"""Files as nobody should write them: tables of odd cells, in every packing, cut, bent and blown up."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crm.core.importers import Importer, ImportField
from tests.imports.workbooks import MAIN, cell_of, rows_of, sheet, workbook

BLOWN_UP = 3_000_000  # more than these tests let a file hold
ODD = [
    "",
    " ",
    '"',
    "'",
    ",",
    "\n",
    "\r",
    "\0",
    "\x1c",
    "\ufeff",
    "\u202eevil",
    "\u200f",
    "\ud83d",
    "\U0010ffff",
    "a\u0300" * 200,
    "=1+1",
    "@SUM(A1)",
    "-5",
    "0",
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "9" * 40,
    "0x1F",
    "1_000",
    "٣",
    "½",
    "1,5",
    "1.234.567,89",
    "2026-03-14",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "1900-01-01",
    "14.03.2026 25:61",
    "2026-03-14T09:30:00+99:99",
    "2026-03-14T09:30:00+14:00",
    "31/02/2026",
    "yes",
    "true",
    "'; DROP TABLE customers_account; --",
    "%s %(x)s {0} {{ x }}",
    "\\N",
    "\\.",
    "<script>",
    "_x0000_",
    "_xD800_",
    "x" * 70_000,
    "@example.com",
    "a@b",
    "ann@example.com",
    "ann@example.com,ann@example.com",
]
FITTING = {
    "text": ["C-1", "C-2", "10521", "Pad"],
    "email": ["ann@lincoln.example", "BO@lincoln.example"],
    "number": ["2", "5.50", "-1"],
    "day": ["2026-03-14"],
    "moment": ["2026-03-14", "2026-03-15 09:30"],
    "flag": ["yes", "no"],
}
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "shift_jis", "utf-7", "cp037"]
CELLS = st.one_of(st.sampled_from(ODD), st.text(max_size=20))
Table = list[list[str]]


def tables(importer: Importer) -> SearchStrategy[Table]:
    """A header, mostly of the importer's fields, over rows of mostly as many cells that mostly fit."""
    titles = [str(field.label) for field in importer.fields]
    header: SearchStrategy[list[str]] = st.one_of(
        st.just(titles), st.just(titles), st.permutations(titles), st.lists(CELLS, max_size=12), st.just([])
    )
    fitting = st.tuples(*map(fitting_cells, importer.fields)).map(list)
    nearly = st.builds(with_one, fitting, st.integers(0, len(titles) - 1), CELLS)
    row = st.one_of(fitting, nearly, nearly, st.lists(CELLS, max_size=len(titles) + 2))
    return st.builds(lambda first, rows: [first, *rows], header, st.lists(row, min_size=1, max_size=8))


def fitting_cells(field: ImportField) -> SearchStrategy[str]:
    return st.sampled_from([*field.choices] or FITTING.get(field.kind, [""]))


def with_one(row: list[str], place: int, cell: str) -> list[str]:
    return [*row[:place], cell, *row[place + 1 :]]


def files(importer: Importer) -> SearchStrategy[bytes]:
    table = tables(importer)
    return st.one_of(
        *[texts(table)] * 6,
        texts(table).map(lambda raw: gzip.compress(raw, 1)),
        *[workbooks(table)] * 4,
        st.builds(bend, st.one_of(texts(table), workbooks(table)), st.integers(0, 2**32)),
        st.builds(bend, texts(table).map(lambda raw: gzip.compress(raw, 1)), st.integers(0, 2**32)),
        st.builds(cut, st.one_of(workbooks(table), texts(table).map(gzip.compress)), st.integers(0, 2**32)),
        st.binary(max_size=200),
        st.builds(bytes.__add__, st.sampled_from(MAGICS), st.binary(max_size=200)),
        st.sampled_from(BOMBS).map(made),
    )


def texts(table: SearchStrategy[Table]) -> SearchStrategy[bytes]:
    """Cells one after the other; quotes and separators in them stand as they are, now and then in quotes."""
    return st.builds(
        as_text,
        table,
        st.sampled_from([*",,,,;\t| ", ",,"]),
        st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"]),
        st.sampled_from(ENCODINGS[:1] * 20 + ENCODINGS),
        st.sampled_from(["", "", "", '"']),
    )


def as_text(table: Table, delimiter: str, end: str, encoding: str, quote: str) -> bytes:
    text = end.join(delimiter.join(quote + cell + quote for cell in row) for row in table)
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf-8") else "replace")


def workbooks(table: SearchStrategy[Table]) -> SearchStrategy[bytes]:
    return st.builds(as_workbook, table, st.sampled_from(CELL_FORMS))


def as_workbook(table: Table, form: Callable[[str], str]) -> bytes:
    printable = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in table]
    header = rows_of([[f"{cell}".replace("\0", "") for cell in row] for row in printable[:1]])
    rows = "".join(f"<row>{''.join(map(form, row))}</row>" for row in printable[1:])
    return workbook(header + rows, words=["C-1", "2026-03-14", "5"])


CELL_FORMS: list[Callable[[str], str]] = [
    cell_of,
    cell_of,
    cell_of,
    lambda cell: f'<c t="s"><v>{len(cell) % 5}</v></c>',
    lambda cell: f'<c s="{len(cell) % 4}"><v>{46_000 + len(cell)}.5</v></c>',
    lambda cell: f"<c><v>{'1e999' if len(cell) % 2 else '-7'}</v></c>",
    lambda cell: f'<c r="{"XFD" if len(cell) % 7 == 1 else "A"}9" t="e"><f>A1</f><v>#REF!</v></c>',
]


def bend(raw: bytes, seed: int) -> bytes:
    """Some bytes replaced, dropped, doubled or swapped with others."""
    chance = random.Random(seed)
    bent = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        if not bent:
            break
        at = chance.randrange(len(bent))
        change = chance.randrange(3)
        if change == 0:
            bent[at] = chance.randrange(256)
        elif change == 1:
            del bent[at : at + chance.randint(1, 40)]
        else:
            bent[at:at] = bent[at : at + chance.randint(1, 40)]
    return bytes(bent)


def cut(raw: bytes, seed: int) -> bytes:
    return raw[: seed % (len(raw) + 1)]


@cache
def made(bomb: Callable[[], bytes]) -> bytes:
    return bomb()


def as_sheet(content: bytes) -> bytes:
    return workbook("", words=["x"], parts={"xl/worksheets/sheet1.xml": content})


MAGICS = [
    b"PK\x03\x04",
    b"\x1f\x8b\x08\x00",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
]
BOMBS: Sequence[Callable[[], bytes]] = [
    bytes,
    lambda: b"x",
    lambda: b'"',
    lambda: b"\n" * 1000,
    lambda: b"a,b\n" + b'"' * 1001,
    lambda: ",".join(map(str, range(10_000))).encode() + b"\n1\n",
    lambda: b"a,b\n" + b"," * 60_000 + b"\n",
    lambda: b"\0" * 5000,
    lambda: gzip.compress(b"x" * BLOWN_UP, 1),
    lambda: gzip.compress(b"a,b\n" + b"1,2\n" * (BLOWN_UP // 4), 1),
    lambda: gzip.compress(b"a\n" + b'"\n' * (BLOWN_UP // 20), 1),
    lambda: gzip.compress(b"PK\x03\x04", 1),
    lambda: gzip.compress(gzip.compress(b"a,b\n1,2\n")) + b"rest",
    lambda: workbook("<row/>" * (BLOWN_UP // 6)),
    lambda: workbook(f"<row><c><v>{'1' * BLOWN_UP}</v></c></row>"),
    lambda: workbook(f"<row>{'<c><v>1</v></c>' * 10_000}</row>" * 2),
    lambda: workbook('<row><c t="s"><v>0</v></c></row>' * 300, words=["y" * 32_000]),
    lambda: as_sheet(b"<a>" * 10_000),
    lambda: as_sheet(b'<a b="' + b"x" * BLOWN_UP + b'"/>'),
    lambda: as_sheet(b"<!--" + b"x" * BLOWN_UP),
    lambda: as_sheet(b"<a>" + b"".join(b"<b%d/>" % number for number in range(30_000))),
    lambda: as_sheet(f'<!DOCTYPE w [<!ENTITY a "{"&b;" * 99}">]><worksheet>&a;</worksheet>'.encode()),
    lambda: as_sheet(f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c>'.encode()),
    lambda: as_sheet(sheet("<row><c><v>1</v></c></row>").encode("utf-16")),
    lambda: workbook("", parts={"xl/worksheets/sheet1.xml": b"", "xl/workbook.xml": b"<workbook/>"}),
    lambda: workbook(rows_of([["a", "b"], ["1"]]), parts={"xl/sharedStrings.xml": b"<sst><si>"}),
]
