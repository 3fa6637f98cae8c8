"""Two orders of one customer at the same moment: the summary counts both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from customers.models import Account, AccountSummary
from customers.services.summaries import refresh_all
from tests.factories import create_account, create_product, create_purchase

pytestmark = pytest.mark.usefixtures("committed_db")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def buy(account: Account) -> None:
    try:
        create_purchase(account=account, product=create_product())
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_both_are_counted():
    account = create_account()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            create_purchase(account=account)
            other = pool.submit(buy, account)
            while not somebody_waits() and not other.done():
                pass
        other.result()

    assert AccountSummary.objects.get(account=account).orders == 2


def test_all_are_recomputed(monkeypatch):
    monkeypatch.setattr("customers.services.summaries.SLICE", 2)
    accounts = [create_purchase().account for _ in range(5)]
    AccountSummary.objects.update(orders=7)

    refresh_all()

    found = AccountSummary.objects.filter(account__in=accounts)
    assert list(found.values_list("orders", flat=True)) == [1] * 5
