"""All of online_retail_2011.csv.gz: in, taken back, and in again, with what each takes (`make bench`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.core.events import drain
from crm.core.models import Job, Role
from customers.imports.mapping import builtin_maps
from customers.models import Account, Product, Purchase, PurchaseLine, Return, ReturnLine
from tests.bench.figures import note_rate, peak_megabytes
from tests.factories import create_contact, create_purchase, create_user
from tests.imports.importing import parts, run_import
from tests.imports.taking_back import kept, removed, take_back
from tests.imports.test_real_files import DATA, needs_data
from tests.imports.test_taking_back_retail import SAME, shown

ROWS = 541_909


@needs_data
@pytest.mark.usefixtures("committed_db")
def test_in_back_and_in_again(client: Client) -> None:
    admin = create_user(role=Role.ADMIN)
    client.force_login(admin)
    create_purchase(contact=create_contact())
    drain()
    raw, retail = (DATA / "online_retail_2011.csv.gz").read_bytes(), builtin_maps()["online_retail"]
    before, counts = shown(client, admin), count()

    job = timed("whole file imported", lambda: run_import(raw, found=retail))
    assert [job.report[name] for name in ("read", "refused", "kept")] == [ROWS, 135_080, 406_829]
    added = [now - then for now, then in zip(count(), counts, strict=True)]
    assert added == [4_372, 3_684, 22_190, 406_829]
    with_it = shown(client, admin)

    taking = timed("whole file taken back", lambda: take_back(job, by=admin))
    drain()
    now = shown(client, admin)
    assert [name for name in before if now[name] != before[name]] == []
    assert (kept(taking), removed(taking)["Customers"]) == (set(), 4_372)

    again = timed("whole file imported again", lambda: run_import(raw, found=retail))
    assert parts(again) == parts(job)
    now = shown(client, admin)
    assert [name for name in SAME if now[name] != with_it[name]] == []


def count() -> list[int]:
    """Customers, products, orders with returns, and the lines of both."""
    pairs = ((Account,), (Product,), (Purchase, Return), (PurchaseLine, ReturnLine))
    return [sum(model._default_manager.count() for model in models) for models in pairs]


def timed(name: str, work: Callable[[], Job]) -> Any:
    start = time.perf_counter()
    done = work()
    note_rate(name=name, n=ROWS, seconds=time.perf_counter() - start, megabytes=peak_megabytes())
    return done
