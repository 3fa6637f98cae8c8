"""Clicks are judged together, booked once, corrected later, and their figures outlive them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client

from crm.core.housekeeping.chores import keep_house
from crm.core.housekeeping.comparing import compare_all
from crm.core.models import Comparison, Retention
from customers.models import Click, LinkMonth, MessageClicks
from customers.outreach.clicks import counting
from customers.outreach.clicks.counting import count_clicks, count_differing
from customers.outreach.clicks.partitions import Month, make_month, months
from customers.outreach.services import change_click_rules
from tests.outreach.clicks import booked, booked_link, follow, sent_message, verdicts
from tests.outreach.conftest import NOON, Planner

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


def test_a_click_counts_when_it_has_settled(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    message = sent_message()
    follow(client, message)
    assert count_clicks() == 0
    clock.shift(MINUTE)
    assert count_clicks() == 1
    assert count_clicks() == 0
    assert booked(message) == booked_link(message) == (1, 1)
    assert MessageClicks.objects.get().first_at == NOON
    assert count_differing() == 0


def test_a_scanner_that_follows_every_link_counts_as_none(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    message = sent_message()
    for number in (1, 2, 3):
        follow(client, message, number)
        clock.shift(2)
    clock.shift(10 * MINUTE)
    follow(client, message, 2)  # the person comes later
    clock.shift(MINUTE)
    count_clicks()
    assert verdicts(message) == ["sweep", "sweep", "sweep", "human"]
    assert booked(message) == (1, 4)
    assert booked_link(message, 2) == (1, 2)


def test_two_links_one_after_the_other_are_a_reader(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    message = sent_message()
    for number in (1, 2, 3):
        follow(client, message, number)
        clock.shift(11)
    clock.shift(MINUTE)
    count_clicks()
    assert booked(message) == (3, 3)


def test_signs_can_be_switched_off(outreach: Planner, client: Client, clock: time_machine.Traveller) -> None:
    change_click_rules(sweep_links=0, early_seconds=0)
    message = sent_message(ago=dt.timedelta(0))
    for number in (1, 2, 3):
        follow(client, message, number)
    clock.shift(MINUTE)
    count_clicks()
    assert booked(message) == (3, 3)


def test_the_hidden_link_corrects_what_was_counted(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    message, other = sent_message(), sent_message()
    follow(client, message)
    follow(client, other)
    clock.shift(2 * MINUTE)
    count_clicks()
    assert booked(message) == (1, 1)
    follow(client, message, 0)
    clock.shift(20 * MINUTE)
    follow(client, message)
    clock.shift(2 * MINUTE)
    assert count_clicks() == 2
    assert verdicts(message) == ["hidden", "hidden", "human"]
    assert booked(message) == (1, 3)
    assert MessageClicks.objects.get(message=message).first_at == NOON + 22 * MINUTE
    assert booked(other) == (1, 1)
    assert count_differing() == 0


def test_batches_and_repeats_count_everything_once(
    outreach: Planner, client: Client, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "BATCH", 2)
    found = [sent_message() for _ in range(5)]
    for message in found:
        follow(client, message)
        follow(client, message, 2)
    clock.shift(MINUTE)
    count_clicks()
    count_clicks()
    assert [booked(message) for message in found] == [(2, 2)] * 5
    assert booked_link(found[0], 1) == (5, 5)


def test_months_come_and_go_and_their_figures_stay(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    Retention.objects.update_or_create(pk=1, defaults={"clicks": 40})
    message = sent_message()
    follow(client, message)
    keep_house()
    assert months()[:3] == [Month(2026, 3), Month(2026, 4), Month(2026, 5)]

    clock.shift(dt.timedelta(days=80))
    assert keep_house().deleted["mail clicks"] == 0  # not counted yet
    count_clicks()
    assert booked(message) == (1, 1)
    follow(client, message)
    clock.shift(MINUTE)
    count_clicks()
    assert keep_house().deleted["mail clicks"] == 1
    assert months()[0] == Month(2026, 4)
    assert (Click.objects.count(), booked(message), booked_link(message)) == (1, (2, 2), (2, 2))
    assert MessageClicks.objects.get().first_at == NOON
    assert [row.month.month for row in LinkMonth.objects.order_by("month")] == [3, 5]
    assert count_differing() == 0
    follow(client, message, 2)
    clock.shift(MINUTE)
    count_clicks()
    assert booked(message) == (3, 3)


def test_figures_that_differ_are_an_alarm(
    outreach: Planner, client: Client, clock: time_machine.Traveller
) -> None:
    follow(client, sent_message())
    clock.shift(MINUTE)
    count_clicks()
    LinkMonth.objects.update(human=7)
    MessageClicks.objects.update(clicks=2)
    compare_all()
    assert Comparison.objects.get(name="clicks").differences == 2


def test_a_year_ends() -> None:
    assert Month(2026, 12).next() == Month(2027, 1)
    make_month(Month(2026, 12))
    make_month(Month(2026, 12))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'customers_click_2026_12'"
        )
        [(bounds,)] = cursor.fetchall()
    assert "2026-12-01 00:00:00+00" in bounds
    assert "2027-01-01 00:00:00+00" in bounds
