"""Workbooks for tests, put together part by part so that each can be wrong."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DATES = (
    f'<styleSheet xmlns="{MAIN}">'
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="4"/></cellXfs>'
    "</styleSheet>"
)


def workbook(
    *sheets: str,
    names: Sequence[str] = ("Orders", "More", "Last"),
    words: Iterable[str] | None = None,
    about: str = "",
    states: Sequence[str] = ("", "", ""),
    parts: dict[str, bytes] | None = None,
) -> bytes:
    """A workbook of these sheets, each the XML of its rows; `parts` replace or add whole parts."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" {state} r:id="s{number}"/>'
        for number, (name, state, _sheet) in enumerate(zip(names, states, sheets, strict=False), start=1)
    )
    leading = "".join(
        f'<Relationship Id="s{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    found = {
        "_rels/.rels": relations(
            f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{about}<sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(
            leading
            + f'<Relationship Id="t" Type="{OFFICE}/styles" Target="styles.xml"/>'
            + f'<Relationship Id="w" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        ),
        "xl/styles.xml": DATES,
        **{f"xl/worksheets/sheet{number}.xml": sheet(rows) for number, rows in enumerate(sheets, start=1)},
    }
    if words is not None:
        items = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'
    return packed({name: content.encode() for name, content in found.items()} | (parts or {}))


def relations(items: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}">{items}</Relationships>'


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'


def packed(parts: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def rows_of(table: Iterable[Sequence[Any]]) -> str:
    """Rows with words as inline strings and numbers as they are."""
    return "".join(f"<row>{''.join(map(cell_of, row))}</row>" for row in table)


def cell_of(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
