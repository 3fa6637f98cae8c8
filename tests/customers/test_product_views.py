"""Settings: products and their lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from crm.core.models import Role
from customers.models import Product, ProductLine
from tests.factories import create_product, create_product_line, create_user

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    line = create_product_line(name="Bleachers")
    client.force_login(create_user())
    assert client.get("/settings/products/").status_code == 200
    client.post(
        "/settings/products/new/",
        {
            "name": "5-row",
            "sku": "BL-5",
            "line": line.pk,
            "price": "1200.50",
            "cost": "700",
            "is_active": "on",
        },
    )
    product = Product.objects.get()
    assert (product.name, product.line, product.price, product.is_active) == (
        "5-row",
        line,
        Decimal("1200.50"),
        True,
    )
    form = client.get(f"/settings/products/{product.pk}/").content.decode()
    assert 'value="1200.5"' in form
    client.post(f"/settings/products/{product.pk}/", {"name": "5 rows", "sku": "BL-5"})
    product.refresh_from_db()
    assert (product.name, product.cost, product.is_active) == ("5 rows", None, False)
    assert "not on sale" in client.get("/settings/products/").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sku": "BL-5"}, "already exists"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"name": ""}, "required"),
    ],
)
def test_mistakes_are_named(client: Client, fields: dict[str, str], words: str) -> None:
    create_product(sku="BL-5")
    client.force_login(create_user())
    response = client.post("/settings/products/new/", {"name": "x", "sku": "new", **fields})
    assert response.status_code == 422
    assert words in response.content.decode()


@pytest.mark.parametrize("name", ["Gym floors", "体育"])
def test_lines_are_added_and_renamed(client: Client, name: str) -> None:
    create_product_line(name="Gym-floors!")
    client.force_login(create_user())
    client.post("/settings/product-lines/", {"name": name})
    line = ProductLine.objects.get(name=name)
    slug = line.slug
    client.post(f"/settings/product-lines/{line.pk}/", {"name": "Floors"})
    line.refresh_from_db()
    assert (line.name, line.slug) == ("Floors", slug)
    assert "Floors" in client.get("/settings/product-lines/").content.decode()


def test_a_name_is_taken_once(client: Client) -> None:
    create_product_line(name="Floors")
    client.force_login(create_user())
    assert client.post("/settings/product-lines/", {"name": "Floors"}).status_code == 422


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins_may(client: Client, role: str) -> None:
    product, line = create_product(), create_product_line()
    client.force_login(create_user(role=role))
    for path in (
        "products/",
        "products/new/",
        f"products/{product.pk}/",
        "product-lines/",
        f"product-lines/{line.pk}/",
    ):
        assert client.get(f"/settings/{path}").status_code == 403, path


def test_what_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(create_user())
    assert client.get("/settings/products/99/").status_code == 404
