"""Files as the world writes them: a word about each row or the file, never an error, never half a row."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.core.models import Job
from customers.imports import staging
from customers.models import Account, Purchase, PurchaseLine
from tests.imports.importing import HEADER, ORDER, figures, make_map, packed, parts, reasons, run_import

pytestmark = pytest.mark.django_db

GOOD = "10521,2026-03-14,C-118,BL-5,Bleacher,2,1499.00\n"


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed_folder:
        info = tarfile.TarInfo("orders.csv")
        info.size = len(ORDER)
        packed_folder.addfile(info, io.BytesIO(ORDER.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (gzip.compress(b"", mtime=0), "The file is empty."),
        (b"\n\n \n", "The file is empty."),
        (HEADER.encode(), "There are no rows in this file."),
        (workbook(), "This is no XLSX workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (ORDER.encode("utf-16"), "UTF-16"),
        (gzip.compress(gzip.compress(ORDER.encode(), mtime=0), mtime=0), "packed twice"),
        (gzip.compress(ORDER.encode() * 500, mtime=0)[:-200], "damaged"),
        (b"\x1f\x8bnothing packed at all", "damaged"),
        (archive(), "The header cannot be read: The line contains a NUL character"),
        (b"\xff\xfc,\xc3\x28\n" + GOOD.encode(), "The header cannot be read"),
        (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n", "more than 500 columns"),
        (b"x" * 70_000 + b"\n" + GOOD.encode(), "The line is too long"),
        (b'"Order,Date\n' + GOOD.encode(), "A quote is opened and not closed"),
        (b"Order,Date,Customer\n1,2026-01-01,C\n", "The file has no column “Article”."),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(content: bytes, words: str):
    job = run_import(content)

    assert job.state == "failed"
    assert words in job.error
    assert job.attempts == 1
    assert not Account.objects.exists()
    assert staging.count(job.pk) is None


def test_a_bomb_is_stopped(settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    job = run_import(gzip.compress(HEADER.encode() + GOOD.encode() * 100_000))

    assert (job.state, job.error) == ("failed", "The file holds more than 0 MB. Split it.")
    assert not Purchase.objects.exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"7,2026-03-14,C-1,X,caf\xe9,1,5", "The line is not written in the encoding of the file"),
        (b"7,2026-03-14,C-1,X,a\0b,1,5", "The line contains a NUL character"),
        (b"7,2026-03-14,C-1,X," + b"y" * 70_000 + b",1,5", "The line is too long"),
        (b"1" + b",2" * 9_999, "The line has not as many cells as the header"),
        (b"7,2026-03-14,C-1,X", "The line has not as many cells as the header"),
        (b"7,14.03.2026,C-1,X,Pad,1,5", "A date cannot be read"),
        (b"7,2026-02-30,C-1,X,Pad,1,5", "A date cannot be read"),
        (b"7,0001-01-01,C-1,X,Pad,1,5", "A date cannot be read"),
        (b"7,9999-12-31,C-1,X,Pad,1,5", "A date cannot be read"),
        (b"7,2126-03-14,C-1,X,Pad,1,5", "The order date lies in the future"),
        (b"7,,C-1,X,Pad,1,5", "No order date"),
        (b"7,2026-03-14,,X,Pad,1,5", "No customer number"),
        (b",2026-03-14,C-1,X,Pad,1,5", "No order number"),
        (b"7,2026-03-14,C-1,X,Pad,1,", "No unit price"),
        (b"7,2026-03-14,C-1,X,Pad,NaN,5", "A quantity, price or cost is not a number"),
        (b"7,2026-03-14,C-1,X,Pad,1,1e5", "A quantity, price or cost is not a number"),
        (b"7,2026-03-14,C-1,X,Pad,1,=2+3", "A quantity, price or cost is not a number"),
        ("7,2026-03-14,C-1,X,Pad,1,٣".encode(), "A quantity, price or cost is not a number"),
        (b"7,2026-03-14,C-1,X,Pad,99999999999,5", "A quantity or price is too large"),
        (b"7,2026-03-14,C-1,X,Pad,99999,99999999", "A quantity or price is too large"),
        (b"7,2026-03-14,C-1,X,Pad,0.0001,5", "The quantity is 0"),
        (b"7,2026-03-14,C-1,X,Pad,-1,5", "The quantity is negative and the order is not a return"),
        (b"7" * 61 + b",2026-03-14,C-1,X,Pad,1,5", "A number or code is too long"),
        (
            b'7,2026-03-14,C-1,X,"Pad"s,1,5',
            "A quote is opened and not closed, or closed in the middle of a cell",
        ),
        (
            b'7,2026-03-14,C-1,X,"Pad,1,5',
            "A quote is opened and not closed, or closed in the middle of a cell",
        ),
        (
            b"7,2026-03-14\r,C-1,X,Pad,1,5",
            "A quote is opened and not closed, or closed in the middle of a cell",
        ),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_are_kept(row: bytes, reason: str):
    job = run_import(HEADER.encode() + GOOD.encode() + row + b"\n" + GOOD.encode() * 60)

    assert job.state == "done"
    assert reasons(job) == {reason: 1}
    assert job.report["kept"] == PurchaseLine.objects.count() == 61


@pytest.mark.parametrize(
    ("content", "found", "description"),
    [
        ("\ufeff" + HEADER + GOOD.replace("\n", "\r\n"), {}, "Bleacher"),
        (HEADER + GOOD.rstrip("\n"), {}, "Bleacher"),
        (
            HEADER + GOOD.replace("Bleacher", '"Bleacher, 5"" high\nand wide"'),
            {},
            'Bleacher, 5" high and wide',
        ),
        (HEADER + GOOD.replace("Bleacher", '5" pipe'), {}, '5" pipe'),
        (HEADER + GOOD.replace("Bleacher", "=HYPERLINK(1)"), {}, "=HYPERLINK(1)"),
        (HEADER + GOOD.replace("Bleacher", "<b>{{ x }}</b>"), {}, "<b>{{ x }}</b>"),
        (HEADER.replace(",", ";") + GOOD.replace(",", ";"), {"delimiter": ";"}, "Bleacher"),
        (HEADER.replace(",", "\t") + GOOD.replace(",", "\t"), {"delimiter": "\t"}, "Bleacher"),
        (HEADER.upper() + GOOD, {}, "Bleacher"),
    ],
)
def test_odd_but_right_files_are_read(content: str, found: dict[str, str], description: str):
    for raw in (content.encode(), packed(content)):
        job = run_import(raw, found=make_map(**found))
        assert job.report["refused"] == 0
    assert PurchaseLine.objects.get().description == description


def test_other_encodings_dates_and_decimals():
    header = HEADER.replace(",", ";")
    row = "10521;14.03.2026 09:30;C-118;BL-5;Tribüne;2;1.499,50\n"
    found = make_map(delimiter=";", encoding="cp1252", date_format="%d.%m.%Y", decimal=",")

    job = run_import((header + row).encode("cp1252"), found=found)

    assert figures(job)["Net"] == "2999.00"
    assert PurchaseLine.objects.get().description == "Tribüne"


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            '"',
            "'",
            "=1+1",
            "\0",
            "\r",
            "\n",
            ",",
            "2026-03-14",
            "-5",
            "1e400",
            "٣",
            "C-1",
            "9" * 40,
            "\x1c",
        ]
    ),
)
ROWS = st.lists(CELLS, min_size=0, max_size=9).map(",".join)
NOISE = st.one_of(
    ROWS.map(lambda row: row.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
    st.just(GOOD.strip().encode()),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(NOISE, max_size=12), is_packed=st.booleans())
def test_whatever_is_in_a_file_it_ends_in_a_report_or_a_word(rows: list[bytes], is_packed: bool):
    raw = HEADER.encode() + b"\n".join(rows)
    lines = PurchaseLine.objects.count()

    job = run_import(gzip.compress(raw) if is_packed else raw)

    assert job.state in ("done", "failed")
    if job.state == "failed":
        assert job.error == "There are no rows in this file."
        assert PurchaseLine.objects.count() == lines
    else:
        assert job.report["kept"] + job.report["refused"] == job.report["read"]
        added, _changed = parts(job)["Lines of orders"]
        assert PurchaseLine.objects.count() == lines + added
    assert Job.objects.filter(pk=job.pk, error__contains="Error").count() == 0
