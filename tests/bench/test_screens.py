"""How long the server takes for the screens that people live in, on the demo company (`make bench`)."""

from __future__ import annotations

import json
import os
import platform
import resource
import time
from statistics import quantiles
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.models import User
from crm.demo.loading import load
from crm.embedded.places import VAR
from customers.models import Account

ROUNDS = 40
FIGURES: list[dict[str, Any]] = []


@pytest.fixture(scope="module")
def signed_in(committed_db: str) -> Client:
    load()
    client = Client()
    client.force_login(User.objects.get(email="mara@fairground.example"))
    return client


@pytest.fixture(scope="module", autouse=True)
def report() -> Any:
    """Print the machine, its load and every figure, and keep them in var/bench.json."""
    yield
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    print(f"\n{machine}")
    for row in FIGURES:
        print("{name:24} n {n:4}  p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  {queries:3} queries".format(**row))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory of this process {megabytes} MB")
    text = json.dumps({"machine": machine, "megabytes": megabytes, "figures": FIGURES}, indent=2)
    (VAR / "bench.json").write_text(text)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Today", "/"),
        ("customer list", "/customers/"),
        ("list, two filters", "/customers/?industry=Education&kind=company"),
        ("palette, three letters", "/palette/?q=riv"),
        ("account screen", "{account}"),
    ],
)
def test_screen(signed_in: Client, name: str, path: str) -> None:
    account = Account.objects.get(name="Riverside Unified School District", parent=None)
    path = path.format(account=account.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        assert signed_in.get(path).status_code == 200
        queries = len(asked)  # the next request forgets them
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        signed_in.get(path)
        times.append((time.perf_counter() - start) * 1000)
    cuts = quantiles(times, n=20)
    FIGURES.append({"name": name, "n": ROUNDS, "p50": cuts[9], "p95": cuts[18], "queries": queries})
