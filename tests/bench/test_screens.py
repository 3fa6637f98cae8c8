"""How long the server takes for the screens that people live in, on the demo company (`make bench`)."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.models import User
from crm.demo.loading import load
from customers.models import Account
from tests.bench.figures import note_times

ROUNDS = 40


@pytest.fixture(scope="module")
def signed_in(committed_db: str) -> Client:
    load()
    client = Client()
    client.force_login(User.objects.get(email="mara@fairground.example"))
    return client


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
    note_times(name=name, milliseconds=times, queries=queries)
