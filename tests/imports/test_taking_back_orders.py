"""Several imports of the same customers are taken back in any order, and nothing of them is left."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.models import ImportChange
from tests.factories import create_purchase
from tests.imports.importing import HEADER, checksum, make_map, run_import
from tests.imports.taking_back import LIVE, take_back

pytestmark = pytest.mark.django_db

LINES = st.lists(
    st.tuples(
        st.sampled_from(["11", "12", "13"]),  # orders: of which customer and day goes with the number
        st.integers(1, 3),
        st.sampled_from(["A-1", "B-2"]),
        st.sampled_from([-1, 1, 2]),
        st.sampled_from([10, 20]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda line: (line[0], line[1], line[3] < 0),
)
TOLD = "customers_timelineentry"  # keeps telling that imports were taken back


def content(lines: list[tuple[str, int, str, int, int]]) -> str:
    rows = [
        f"{number},2026-03-{number},C-{int(number) % 2},{sku},Seat,{quantity},{price},{ordinal}\n"
        for number, ordinal, sku, quantity, price in lines
    ]
    return HEADER.replace("\n", ",Line\n") + "".join(rows)


@settings(max_examples=10, deadline=None)
@given(files=st.lists(LINES, min_size=2, max_size=3), order=st.permutations(range(3)))
def test_in_any_order(files: list[list[tuple[str, int, str, int, int]]], order: list[int]):
    with transaction.atomic():
        create_purchase()
        before = live()
        fields = {**make_map().to_dict()["fields"], "ordinal": "Line"}
        found = make_map(fields=fields, negative_is_return=True)
        jobs = [run_import(content(lines), found=found) for lines in files]
        for turn in order:
            if turn < len(jobs) and jobs[turn].import_changes.exists():
                take_back(jobs[turn])
        assert live() == before
        assert not ImportChange.objects.exists()
        transaction.set_rollback(True)


def live() -> dict[str, tuple[int, str]]:
    with connection.cursor() as cursor:
        return {table: checksum(cursor, table) for table in LIVE if table != TOLD}
