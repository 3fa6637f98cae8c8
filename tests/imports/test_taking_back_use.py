"""What somebody has used since an import stays when it is taken back, and the report says why."""

from __future__ import annotations

from decimal import Decimal

import pghistory
import pytest

from customers.models import Account, AccountSummary, Product, Purchase
from customers.services.accounts import update_account
from customers.services.interactions import log_interaction
from customers.services.returns import ReturnLineInput, record_return
from tests.factories import create_purchase, create_task, create_user
from tests.imports.importing import ORDER, checksums, run_import
from tests.imports.taking_back import LIVE, kept, removed, take_back

pytestmark = pytest.mark.django_db


def test_customers_that_were_used_since_stay_and_are_named():
    job = run_import(ORDER)
    account = Account.objects.get()
    log_interaction(account=account, author=create_user(), channel="call", body="They are happy.")
    create_task(account=account)

    taking = take_back(job)

    assert removed(taking) == {"Customers": 0, "Articles": 2, "Orders": 1, "Lines of orders": 2}
    assert ("Customers", "Conversations", 1) in kept(taking) or ("Customers", "Tasks", 1) in kept(taking)
    [named] = taking.report["named"]
    assert (named["name"], named["url"]) == ("Customer C-118", account.get_absolute_url())
    assert not Purchase.objects.exists()
    assert AccountSummary.objects.get().orders == 0


def test_orders_with_a_return_stay_and_keep_what_they_are_made_of():
    job = run_import(ORDER)
    line = Purchase.objects.get().lines.get(ordinal=1)
    came_back = ReturnLineInput(quantity=Decimal(1), purchase_line=line)
    record_return(account=Account.objects.get(), purchase=Purchase.objects.get(), lines=[came_back])
    before = checksums(LIVE[:-2])

    taking = take_back(job)

    assert removed(taking) == {"Customers": 0, "Articles": 0, "Orders": 0, "Lines of orders": 0}
    assert ("Orders", "Returns", 1) in kept(taking)
    assert checksums(("customers_purchase", "customers_purchaseline", "customers_account")) == {
        name: before[name] for name in ("customers_purchase", "customers_purchaseline", "customers_account")
    }


def test_what_somebody_edited_stays():
    job = run_import(ORDER)
    with pghistory.context(url="/customers/"):  # as every request is
        update_account(account=Account.objects.get(), actor=create_user(), phone="555 0100")

    taking = take_back(job)

    assert kept(taking) == {("Customers", "Somebody has edited it since", 1)}
    assert Account.objects.get().phone == "555 0100"
    assert not Purchase.objects.exists()


def test_products_that_others_bought_stay():
    job = run_import(ORDER)
    create_purchase(product=Product.objects.get(sku="BL-5"))

    taking = take_back(job)

    assert kept(taking) == {("Articles", "Lines of orders", 1)}
    assert set(Product.objects.values_list("sku", flat=True)) == {"BL-5"}
