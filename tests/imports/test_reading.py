"""Reading goes on from anywhere as if it had never stopped, and keeps little in memory."""

from __future__ import annotations

import gzip
import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from customers.imports.reading import Lines, Record, Records, open_text

PIECES = st.lists(
    st.sampled_from(
        [b"a,b", b'"', b'"x\ny"', b"\n", b"\r\n", b",", b"\xff", b"\0", b'c"d', b"\n\n", b'"q"r']
    ),
    max_size=40,
)


def records_of(raw: bytes, offset: int = 0, number: int = 0) -> Records:
    return Records(Lines(io.BytesIO(raw), "utf-8", offset=offset, number=number), ",")


@given(pieces=PIECES)
def test_any_record_is_a_place_to_go_on_from(pieces: list[bytes]):
    raw = b"".join(pieces)
    whole = list(records_of(raw))
    upcoming = records_of(raw)
    for seen, _record in enumerate(upcoming, start=1):
        assert list(records_of(raw, *upcoming.position)) == whole[seen:]


def test_an_open_quote_costs_one_line():
    raw = b'1,"open\n' + b"2,fine\n" * 3
    assert [(record.line, bool(record.problem)) for record in records_of(raw)] == [
        (1, True),
        (2, False),
        (3, False),
        (4, False),
    ]


def test_cells_may_run_over_lines():
    assert list(records_of(b'1,"two\nlines"\n3,x\n')) == [
        Record(1, ["1", "two\nlines"]),
        Record(3, ["3", "x"]),
    ]


def test_a_line_of_a_hundred_megabytes_stays_out_of_memory():
    raw = gzip.compress(b"x" * 100_000_000 + b"\nok,1\n", compresslevel=1)
    tracemalloc.start()
    found = list(Records(Lines(open_text(io.BytesIO(raw)), "utf-8"), ","))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [record.cells for record in found if not record.problem] == [["ok", "1"]]
    assert peak < 3_000_000
