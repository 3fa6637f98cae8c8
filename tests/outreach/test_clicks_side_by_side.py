"""Many readers and several counters at once: a month is made once, and nothing is counted twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from customers.models import Click, Message
from customers.outreach.clicks.counting import count_clicks, count_differing
from customers.outreach.clicks.partitions import months
from tests.outreach.clicks import SHOP, booked, booked_link, follow, sent_message
from tests.outreach.conftest import Planner

READERS, COUNTERS = 12, 4


def read_in_thread(message: Message) -> str:
    try:
        return follow(Client(), message)
    finally:
        connections.close_all()


def count_in_thread(_: int) -> int:
    try:
        return count_clicks()
    finally:
        connections.close_all()


def test_everything_once(committed_db: str, planner: Planner) -> None:
    found = [sent_message() for _ in range(READERS)]
    assert months() == []
    with time_machine.travel(timezone.now(), tick=False) as clock, ThreadPoolExecutor(READERS) as threads:
        assert set(threads.map(read_in_thread, found)) == {SHOP}
        assert Click.objects.count() == READERS
        assert len(months()) == 1
        clock.shift(dt.timedelta(minutes=1))
        assert sum(threads.map(count_in_thread, range(COUNTERS))) == READERS
    assert [booked(message) for message in found] == [(1, 1)] * READERS
    assert booked_link(found[0]) == (READERS, READERS)
    assert count_differing() == 0
