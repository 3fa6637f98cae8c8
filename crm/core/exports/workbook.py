"""A workbook of one sheet, written as a stream (ECMA-376, part 1: the least that spreadsheets open).

Words are inline strings, which no spreadsheet takes for a formula.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MOST_ROWS = 1_048_575  # besides the header
LONGEST_CELL = 32_767
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
AROUND = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def row(cells: Sequence[Any]) -> bytes:
    return f"<row>{''.join(map(cell, cells))}</row>".encode()


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal):
        return f"<c><v>{value}</v></c>"
    words = NOT_IN_XML.sub("", str(value))[:LONGEST_CELL]
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>' if words else "<c/>"


def assemble(target: IO[bytes], names: Sequence[str], parts: Iterable[IO[bytes]]) -> None:
    """The workbook from parts that hold rows."""
    with ZipFile(target, "w", ZIP_DEFLATED) as book:
        for name, content in AROUND.items():
            book.writestr(name, HEAD + content)
        with book.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode() + row(names))
            for part in parts:
                shutil.copyfileobj(part, sheet, 1024 * 1024)
            sheet.write(b"</sheetData></worksheet>")
