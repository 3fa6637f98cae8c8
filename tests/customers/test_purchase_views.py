"""Orders: the form, the page, its steps, returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Purchase, Return
from customers.services.purchases import LineInput, record_purchase
from customers.services.returns import ReturnLineInput, record_return
from tests.factories import create_account, create_contact, create_product, create_purchase, create_user

pytestmark = pytest.mark.django_db
QUERIES = 13


def order_form(*rows: Mapping[str, str], **fields: object) -> dict[str, object]:
    data = {"ordered_at": "2026-11-01T10:00", "lines-TOTAL_FORMS": 5, "lines-INITIAL_FORMS": 0, **fields}
    return data | {f"lines-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_it_works(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=mara)
    dana = create_contact(account=account)
    bleacher = create_product(name="Bleacher, 5-row", sku="BL-5")
    goal = create_product(name="Goal", sku="GO-1", price=Decimal("24.50"))
    client.force_login(mara)
    form = client.get(f"/customers/{account.pk}/purchases/new/").content.decode()
    assert form.count('class="order-line"') == 5
    assert '<option value="BL-5">Bleacher, 5-row</option>' in form

    response = client.post(
        f"/customers/{account.pk}/purchases/new/",
        order_form(
            {"product": "bl-5", "quantity": "6", "unit_price": "1200.50"},
            {"product": "Goal"},
            contact=dana.pk,
            number="20418",
        ),
    )

    purchase = Purchase.objects.get()
    assert response["Location"] == f"/purchases/{purchase.pk}/"
    assert (purchase.number, purchase.contact, purchase.total) == ("20418", dana, Decimal("7227.5"))
    assert [(line.product, line.quantity) for line in purchase.lines.order_by("ordinal")] == [
        (bleacher, Decimal(6)),
        (goal, Decimal(1)),
    ]
    page = client.get(response["Location"]).content.decode()
    for words in ("#20418", "Bleacher, 5-row", "$7,227.50", "Mark shipped", "Mark delivered", dana.full_name):
        assert words in page, words


@pytest.mark.parametrize(
    ("row", "fields", "words"),
    [
        ({"product": "Unknown thing"}, {}, "Choose a product from the list."),
        ({"product": "BL-5", "quantity": "0"}, {}, "greater than or equal to 0.001"),
        ({"product": "BL-5", "quantity": "many"}, {}, "Enter a number."),
        ({"product": "BL-5", "unit_price": "-1"}, {}, "greater than or equal to 0"),
        ({"product": "BL-5"}, {"ordered_at": "2999-01-01T00:00"}, "cannot lie in the future"),
        ({"product": "BL-5"}, {"ordered_at": "yesterday"}, "Enter a valid date/time."),
        ({"product": "BL-5"}, {"number": "taken"}, "is recorded already"),
        ({}, {}, "Add at least one line."),
    ],
)
def test_mistakes_are_named_and_what_was_typed_stays(
    client: Client, row: dict[str, str], fields: dict[str, str], words: str
) -> None:
    create_purchase(number="taken")
    account = create_account()
    create_product(name="Bleacher", sku="BL-5")
    client.force_login(create_user())
    response = client.post(
        f"/customers/{account.pk}/purchases/new/", order_form(row, **{"number": "kept", **fields})
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert all(f'value="{value}"' in page for value in row.values())
    assert not account.purchases.exists()


def test_a_stranger_cannot_have_ordered(client: Client) -> None:
    account, stranger = create_account(), create_contact()
    create_product(sku="BL-5")
    client.force_login(create_user())
    url = f"/customers/{account.pk}/purchases/new/"
    assert client.post(url, order_form({"product": "BL-5"}, contact=stranger.pk)).status_code == 422


def test_a_row_is_filled_with_the_price_of_its_product(client: Client) -> None:
    create_product(name="Goal", sku="GO-1", price=Decimal("24.5"))
    client.force_login(create_user())
    row = client.get("/purchases/line/3/?lines-3-product=go-1&lines-3-quantity=").content.decode()
    assert 'name="lines-3-unit_price" value="24.5"' in row
    assert 'name="lines-3-quantity" value="1"' in row
    more = client.get("/purchases/line/5/?more").content.decode()
    assert 'name="lines-TOTAL_FORMS" id="id_lines-TOTAL_FORMS" value="6" hx-swap-oob="true"' in more
    assert "/purchases/line/6/?more" in more


def test_products_are_offered_while_typing(client: Client) -> None:
    create_product(name="Gym floor", sku="F-1")
    create_product(name="Old floor", sku="F-0", is_active=False)
    client.force_login(create_user())
    options = client.get("/purchases/products/?lines-0-product=floor").content.decode()
    assert "Gym floor" in options
    assert "Old floor" not in options


@pytest.mark.parametrize("path", ["products/?lines-0-product=%00", "line/0/?lines-0-product=%00"])
def test_a_nul_finds_nothing(client: Client, path: str) -> None:
    client.force_login(create_user())
    assert client.get(f"/purchases/{path}").status_code == 200


def test_it_goes_its_way(client: Client) -> None:
    purchase = create_purchase(ordered_at=timezone.now() - dt.timedelta(days=9))
    client.force_login(create_user())
    shipped = (timezone.now() - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(f"/purchases/{purchase.pk}/status/", {"status": "shipped", "at": shipped})
    response = client.post(f"/purchases/{purchase.pk}/status/", {"status": "delivered", "at": ""})
    assert response["Location"] == f"/purchases/{purchase.pk}/"
    purchase.refresh_from_db()
    assert purchase.status == "delivered"
    assert f"{purchase.shipped_at:%Y-%m-%dT%H:%M}" == shipped
    page = client.get(response["Location"]).content.decode()
    assert "Mark shipped" not in page
    assert "Mark installed" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "ordered"}, "Choose shipped, delivered or installed."),
        ({"status": "lost"}, "Choose shipped, delivered or installed."),
        ({"status": "shipped"}, "is delivered already"),
        ({"status": "installed", "at": "2999-01-01T00:00"}, "lies in the future"),
        ({"status": "installed", "at": "2001-01-01T00:00"}, "lies before the order"),
    ],
)
def test_impossible_steps_are_refused_in_words(client: Client, fields: dict[str, str], words: str) -> None:
    purchase = create_purchase(delivered_at=timezone.now())
    client.force_login(create_user())
    response = client.post(f"/purchases/{purchase.pk}/status/", fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    purchase.refresh_from_db()
    assert purchase.status == "delivered"


def test_the_day_of_a_step_is_the_day_where_the_person_is(client: Client) -> None:
    """Between the order and the delivery lies midnight in UTC, but not where this person works."""
    purchase = create_purchase(ordered_at=dt.datetime(2026, 3, 3, 0, 30, tzinfo=dt.UTC))
    client.force_login(create_user(time_zone="America/New_York"))
    client.post(f"/purchases/{purchase.pk}/status/", {"status": "delivered", "at": "2026-03-02T20:00"})
    purchase.refresh_from_db()
    assert purchase.delivered_at == dt.datetime(2026, 3, 3, 1, 0, tzinfo=dt.UTC)


def test_the_total_is_the_sum_of_the_rounded_lines() -> None:
    line = LineInput(description="Wire", quantity=Decimal("0.333"), unit_price=Decimal("0.0005"))
    purchase = record_purchase(account=create_account(), lines=[line] * 3)
    purchase.refresh_from_db()
    assert purchase.total == sum(line.amount for line in purchase.lines.all()) == Decimal("0.0006")


def test_more_money_than_there_is_room_for_is_refused() -> None:
    line = LineInput(description="Moon", quantity=Decimal(10**8), unit_price=Decimal(10**8))
    with pytest.raises(ValidationError, match="adds up to too much"):
        record_purchase(account=create_account(), lines=[line])


def test_a_free_number_is_found_for_a_return() -> None:
    purchase = create_purchase(number="77", quantity=3)
    line = ReturnLineInput(purchase_line=purchase.lines.get(), quantity=Decimal(1))
    record_return(account=purchase.account, number="R-77-1", lines=[by_hand()])
    record_return(account=purchase.account, purchase=purchase, lines=[line])
    for _ in range(2):
        record_return(account=purchase.account, number=f"R-{newest() + 2}", lines=[by_hand()])
        record_return(account=purchase.account, lines=[by_hand()])
    assert Return.objects.filter(purchase=purchase).get().number == "R-77-2"
    assert Return.objects.count() == 6


def by_hand() -> ReturnLineInput:
    return ReturnLineInput(description="Bench", quantity=Decimal(1), unit_price=Decimal(5))


def newest() -> int:
    return max(Return.objects.values_list("pk", flat=True))


def test_a_part_comes_back(client: Client) -> None:
    purchase = create_purchase(quantity=6, unit_price=100)
    line = purchase.lines.get()
    client.force_login(create_user())
    assert "of 6" in client.get(f"/purchases/{purchase.pk}/return/").content.decode()
    client.post(f"/purchases/{purchase.pk}/return/", {f"line-{line.pk}": "2", "reason": "Wrong colour"})
    back = Return.objects.get()
    assert (back.total, back.reason, back.purchase) == (Decimal(200), "Wrong colour", purchase)
    page = client.get(f"/purchases/{purchase.pk}/").content.decode()
    assert "2 back" in page
    assert "Wrong colour" in page


@pytest.mark.parametrize(
    ("quantity", "words"), [("7", "can still come back"), ("", "Say what came back."), ("-1", "greater than")]
)
def test_impossible_returns_are_refused(client: Client, quantity: str, words: str) -> None:
    purchase = create_purchase(quantity=6)
    client.force_login(create_user())
    response = client.post(
        f"/purchases/{purchase.pk}/return/", {f"line-{purchase.lines.get().pk}": quantity, "reason": "kept"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert 'value="kept"' in page
    assert not Return.objects.exists()


def test_the_page_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    purchase = create_purchase(delivered_at=timezone.now())
    client.force_login(create_user())
    client.get(purchase.get_absolute_url())
    with django_assert_max_num_queries(QUERIES):
        client.get(purchase.get_absolute_url())


def test_all_orders_of_a_tree(client: Client) -> None:
    top = create_account()
    create_purchase(account=top, number="1", ordered_at=timezone.now() - dt.timedelta(days=3))
    create_purchase(account=create_account(parent=top), number="2")
    create_purchase(number="3")
    client.force_login(create_user())
    page = client.get(f"/customers/{top.pk}/purchases/").context["page"]
    assert [order.number for order in page] == ["2", "1"]


def test_a_foreign_order_does_not_exist(client: Client) -> None:
    purchase = create_purchase()
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    assert client.get(purchase.get_absolute_url()).status_code == 404
    assert client.get(f"/purchases/{purchase.pk}/return/").status_code == 404
    assert client.post(f"/purchases/{purchase.pk}/status/", {"status": "shipped"}).status_code == 404


@pytest.mark.parametrize("role", [Role.SERVICE_REP, Role.MARKETER])
def test_others_only_read(client: Client, role: str) -> None:
    purchase = create_purchase()
    client.force_login(create_user(role=role))
    page = client.get(purchase.get_absolute_url()).content.decode()
    assert "Mark shipped" not in page
    assert f"/purchases/{purchase.pk}/return/" not in page
    assert client.post(f"/purchases/{purchase.pk}/status/", {"status": "shipped"}).status_code == 403
    assert client.get(f"/purchases/{purchase.pk}/return/").status_code == 403
    assert client.get("/purchases/line/0/").status_code == 403
