"""The day of a delivery: said once, corrected when it was wrong, and told to whoever counts from it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import OutboxEvent, Role
from crm.core.registry import registry
from customers.models import Purchase, TimelineEntry
from customers.services.purchases import change_status
from tests.factories import create_purchase, create_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def delivered() -> Purchase:
    return create_purchase(ordered_at=timezone.now() - 20 * DAY, delivered_at=timezone.now() - 9 * DAY)


def corrections() -> list[int]:
    found = OutboxEvent.objects.filter(name="customers.delivery_date_corrected").order_by("pk")
    return [event.payload["purchase_id"] for event in found]


def test_another_date_is_a_correction(delivered: Purchase) -> None:
    changes = OutboxEvent.objects.filter(name="customers.purchase_status_changed").count()
    at = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    Purchase.objects.update(ordered_at=at - DAY)

    purchase = change_status(purchase=delivered, status="delivered", at=at)

    assert purchase.delivered_at == at
    assert corrections() == [purchase.pk]
    assert OutboxEvent.objects.filter(name="customers.purchase_status_changed").count() == changes
    entry = TimelineEntry.objects.get(kind="customers.delivery_corrected")
    title = registry.timeline_kinds[entry.kind].title(entry)
    assert title == f"Order #{purchase.number} was delivered on 2 Mar: date corrected"


def test_on_the_page_of_the_order(client: Client, delivered: Purchase) -> None:
    client.force_login(create_user())
    page = client.get(delivered.get_absolute_url()).text
    assert page.count("Correct the date") == 1
    assert f'value="{delivered.delivered_at:%Y-%m-%dT%H:%M}" required' in page

    at = timezone.now() - 5 * DAY
    client.post(f"/purchases/{delivered.pk}/status/", {"status": "delivered", "at": f"{at:%Y-%m-%dT%H:%M}"})

    delivered.refresh_from_db()
    assert f"{delivered.delivered_at:%Y-%m-%dT%H:%M}" == f"{at:%Y-%m-%dT%H:%M}"
    assert corrections() == [delivered.pk]
    client.force_login(create_user(role=Role.MARKETER))
    assert "Correct the date" not in client.get(delivered.get_absolute_url()).text


@pytest.mark.parametrize("with_date", [True, False])
def test_the_same_once_more_changes_nothing(delivered: Purchase, with_date: bool) -> None:
    """Also from a shop that repeats itself and says no date: the delivery does not become today's."""
    at = delivered.delivered_at

    purchase = change_status(purchase=delivered, status="delivered", at=at if with_date else None)

    assert purchase.delivered_at == at
    assert corrections() == []


def test_what_was_delivered_by_being_installed_follows_its_installation() -> None:
    at = timezone.now() - 5 * DAY
    purchase = create_purchase(ordered_at=timezone.now() - 20 * DAY)
    change_status(purchase=purchase, status="installed", at=at)

    purchase = change_status(purchase=purchase, status="installed", at=at - 2 * DAY)

    assert purchase.installed_at == purchase.delivered_at == at - 2 * DAY
    assert corrections() == [purchase.pk]


def test_an_installation_after_the_delivery_leaves_it_alone(delivered: Purchase) -> None:
    delivered_at = delivered.delivered_at
    change_status(purchase=delivered, status="installed", at=timezone.now() - 3 * DAY)

    purchase = change_status(purchase=delivered, status="installed", at=timezone.now() - 4 * DAY)

    assert purchase.delivered_at == delivered_at
    assert corrections() == []


def test_a_parcel_on_its_way_has_no_delivery_to_correct() -> None:
    purchase = create_purchase(ordered_at=timezone.now() - 20 * DAY)
    change_status(purchase=purchase, status="shipped", at=timezone.now() - 9 * DAY)

    purchase = change_status(purchase=purchase, status="shipped", at=timezone.now() - 8 * DAY)

    assert purchase.delivered_at is None
    assert corrections() == []
