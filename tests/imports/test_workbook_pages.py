"""A workbook on its way through the browser: its sheets to choose from, its dates and numbers as they are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from crm.core.models import Role
from customers.imports.mapping import ImportMap
from customers.models import NamedMap, Purchase
from tests.factories import create_user
from tests.imports.visiting import chosen, start, upload, work_off
from tests.imports.workbooks import rows_of, workbook

pytestmark = pytest.mark.django_db

HEADER = rows_of([["Order", "Date", "Customer", "Article", "Description", "Quantity", "Price"]])
ROW = (
    '<row><c t="s"><v>0</v></c><c s="2"><v>46095.395833333336</v></c><c t="s"><v>1</v></c>'
    '<c t="inlineStr"><is><t>BL-5</t></is></c><c/><c><v>2</v></c><c><f>1000+499.5</f><v>1499.5</v></c></row>'
)


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def orders() -> bytes:
    return workbook(rows_of([["Read", "me", "first"]]), HEADER + ROW, words=["10521", "C-118"])


def test_it_works(admin: Client):
    answer = upload(admin, orders())
    page = admin.get(answer["Location"])
    shown = page.content.decode()
    assert [name for name, _label in page.context["layout_form"].fields["sheet"].choices] == [
        "",
        "Orders",
        "More",
    ]
    assert "delimiter" not in page.context["layout_form"].fields
    assert "Read" in shown

    address = f"{answer['Location']}?header=yes&sheet=More"
    page = admin.get(address)
    assert "2026-03-14 09:30:00" in page.content.decode()
    admin.post(address, {**chosen(page), "save_as": "Workbook"})
    checked = work_off()
    assert (checked.report["kept"], checked.report["refused"]) == (1, 0)
    start(admin, checked)

    purchase = Purchase.objects.get()
    assert (purchase.number, purchase.account.external_id) == ("10521", "C-118")
    assert purchase.ordered_at == dt.datetime(2026, 3, 14, 9, 30, tzinfo=dt.UTC)
    assert purchase.total == Decimal("2999.0000")
    assert ImportMap.from_dict(NamedMap.objects.get().map).sheet == "More"


def test_a_sheet_that_is_not_there_is_said(admin: Client):
    page = admin.get(upload(admin, orders())["Location"], {"header": "yes", "sheet": "Nowhere"})
    assert page.status_code == 200
    assert page.context["layout_form"].errors["sheet"]


def test_ten_thousand_columns_are_refused_with_and_without_a_header(admin: Client):
    for cells in ("<c><v>1</v></c>" * 10_000, '<c t="inlineStr"><is><t>title</t></is></c>' * 10_000):
        page = admin.get(upload(admin, workbook(f"<row>{cells}</row>" * 2))["Location"])
        assert "more than 500 columns" in page.content.decode()
    page = admin.get(upload(admin, ",".join(map(str, range(10_000))) + "\n1\n")["Location"])
    assert "more than 500 columns" in page.content.decode()
