"""Reading sheets: what cells mean, from any row on, and nothing that a file can hurt us with."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.mapping import ImportMap
from customers.imports.reading import BAD_NUL, TOO_LONG, FileRefused, Record
from customers.imports.tables import open_table, sheets_of
from customers.imports.workbooks.rows import BAD_CELL, NO_RESULT
from customers.imports.workbooks.values import is_date_format
from tests.imports.workbooks import MAIN, cell_of, rows_of, workbook

DAMAGED = "The workbook is damaged"


def records_of(raw: bytes, *, width: int = 0, offset: int = 0, number: int = 0, **found: Any):
    map_ = ImportMap(fields={}, **found)
    return open_table(io.BytesIO(raw), map_, width=width, offset=offset, number=number)


def cells_of(raw: bytes, **found: Any) -> list[list[str]]:
    return [record.cells for record in records_of(raw, **found)]


def one_row(cells: str, **options) -> list[str]:
    return cells_of(workbook(f"<row>{cells}</row>", **options))[0]


def test_it_works():
    raw = workbook(rows_of([["Order", "Price"], ["7", 5.5], ["8", 6]]))
    assert list(records_of(raw)) == [
        Record(1, ["Order", "Price"]),
        Record(2, ["7", "5.5"]),
        Record(3, ["8", "6"]),
    ]


def test_words_are_shared_written_in_the_cell_or_the_result_of_a_formula():
    cells = (
        '<c t="s"><v>1</v></c>'
        '<c t="inlineStr"><is><r><t>a </t></r><r><t>b</t></r><rPh><t>not this</t></rPh></is></c>'
        '<c t="str"><f>A1&amp;"x"</f><v>joined</v></c><c><f>1+1</f><v>2</v></c><c t="b"><v>1</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="d"><v>2026-03-14T09:30:00</v></c>'
        '<c t="inlineStr"><is><t>a_x000D_b</t></is></c>'
    )
    assert one_row(cells, words=["zero", "one & two"]) == [
        "one & two",
        "a b",
        "joined",
        "2",
        "true",
        "#N/A",
        "2026-03-14 09:30:00",
        "a\rb",
    ]


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("17850", "17850"),
        ("-0.5", "-0.5"),
        ("2.5499999999999998", "2.55"),
        ("1.0000000000000001E-3", "0.001"),
        ("1E3", "1000"),
        ("123456789012345678", "123456789012345678"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        (" 7 ", "7"),
    ],
)
def test_numbers_are_written_out(stored: str, read: str):
    assert one_row(f"<c><v>{stored}</v></c>") == [read]


@pytest.mark.parametrize(
    ("style", "stored", "read"),
    [
        (1, "46095", "2026-03-14"),
        (2, "46095.395833333336", "2026-03-14 09:30:00"),
        (2, "46095.999999999", "2026-03-15"),
        (1, "1", "1900-01-01"),
        (1, "59", "1900-02-28"),
        (1, "60", "60"),
        (1, "61", "1900-03-01"),
        (1, "0.25", "06:00:00"),
        (1, "-3", "-3"),
        (1, "99999999", "99999999"),
        (0, "46095", "46095"),
        (3, "46095", "46095"),
        (4, "46095", "46095"),
    ],
)
def test_the_style_of_a_number_says_whether_it_is_a_date(style: int, stored: str, read: str):
    assert one_row(f'<c s="{style}"><v>{stored}</v></c>') == [read]


def test_dates_may_count_from_1904():
    about = '<workbookPr date1904="1"/>'
    assert one_row('<c s="1"><v>44633</v></c>', about=about) == ["2026-03-14"]
    assert one_row('<c s="1"><v>1</v></c>', about=about) == ["1904-01-02"]


def test_dates_and_decimals_are_written_as_the_map_reads_them():
    raw = workbook(
        '<row><c s="2"><v>46095.395833333336</v></c><c s="1"><v>46095</v></c><c><v>1.5</v></c></row>'
    )
    found = cells_of(raw, date_format="%d.%m.%Y", decimal=",")
    assert found == [["14.03.2026 09:30:00", "14.03.2026", "1,5"]]


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("General", False),
        ("0.00", False),
        ("#,##0.00 [$€-407]", False),
        ('0 "days"', False),
        ("[Red]0.00", False),
        ("0\\d", False),
        ("yyyy-mm-dd", True),
        ("[$-409]d/m/yy h:mm AM/PM;@", True),
        ("[h]:mm:ss", True),
        ("0;dd", False),
    ],
)
def test_formats_that_show_days_or_hours_are_dates(code: str, is_date: bool):
    assert is_date_format(code) is is_date


def test_cells_say_where_they_stand_and_gaps_are_empty():
    raw = workbook(
        '<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c><c><v>3</v></c></row><row/><row r="9"/>'
    )
    assert list(records_of(raw, width=7)) == [Record(3, ["", "1", "", "2", "3", "", ""])]


def test_rows_are_numbered_upwards_whatever_they_say():
    rows = "".join(
        f'<row r="{number}"><c><v>1</v></c></row>' for number in ("5", "5", "2", "x", "99999999", "٣")
    )
    assert [record.line for record in records_of(workbook(rows))] == [5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ('<c t="s"><v>7</v></c>', BAD_CELL),
        ('<c t="s"><v>-1</v></c>', BAD_CELL),
        ('<c t="s"><v>x</v></c>', BAD_CELL),
        ("<c><f>A1+1</f></c>", NO_RESULT),
        ('<c t="str"><v>a_x0000_b</v></c>', BAD_NUL),
        (f'<c t="str"><v>{"x" * 70_000}</v></c>', TOO_LONG),
        ('<c t="s"><v>0</v></c>' * 3, TOO_LONG),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_the_next_is_read(cells: str, problem: str):
    raw = workbook(f"<row>{cells}</row>{rows_of([['next']])}", words=["y" * 32_000])
    assert [(record.line, record.problem) for record in records_of(raw)] == [(1, problem), (2, "")]


def test_a_formula_may_have_nothing_as_its_result():
    assert one_row('<c t="str"><f>""</f><v></v></c><c><v>1</v></c>') == ["", "1"]


def test_signs_that_are_half_of_one_are_replaced():
    assert one_row('<c t="str"><v>a_xD83D_b</v></c>') == ["a\ufffdb"]


def test_columns_beyond_the_most_make_one_cell_too_many():
    assert len(one_row('<c r="XFD1"><v>1</v></c>')) == 501


def test_a_sheet_is_chosen_by_name_and_hidden_ones_come_last():
    raw = workbook(*(rows_of([[name]]) for name in "abc"), states=('state="hidden"', "", ""))
    assert sheets_of(io.BytesIO(raw)) == ["More", "Last", "Orders"]
    assert cells_of(raw) == [["b"]]
    assert cells_of(raw, sheet="Orders") == [["a"]]
    with pytest.raises(FileRefused, match="no sheet “Nowhere”"):
        cells_of(raw, sheet="Nowhere")


def test_prefixes_are_the_writers_choice():
    rows = '<x:row><x:c t="str"><x:v>a</x:v></x:c></x:row><x:row><x:c><x:v>2</x:v></x:c></x:row>'
    content = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    raw = workbook("", parts={"xl/worksheets/sheet1.xml": content.encode()})
    upcoming = records_of(raw)
    assert next(iter(upcoming)) == Record(1, ["a"])
    offset, number = upcoming.position
    assert list(records_of(raw, offset=offset, number=number)) == [Record(2, ["2"])]


CELLS = st.sampled_from(
    [
        cell_of("word"),
        cell_of(3),
        cell_of(""),
        "<c/>",
        '<c t="s"><v>0</v></c>',
        '<c t="s"><v>9</v></c>',
        "<c><f/></c>",
    ]
)
ROWS = st.lists(st.lists(CELLS, max_size=4).map("".join), max_size=12).map(
    lambda rows: "".join(f"<row>{cells}</row>" if cells else "<row/>" for cells in rows)
)


@given(rows=ROWS)
def test_any_row_is_a_place_to_go_on_from(rows: str):
    raw = workbook(rows, words=["shared"])
    whole = list(records_of(raw, width=3))
    upcoming = records_of(raw, width=3)
    for seen, _record in enumerate(upcoming, start=1):
        offset, number = upcoming.position
        assert list(records_of(raw, width=3, offset=offset, number=number)) == whole[seen:]
