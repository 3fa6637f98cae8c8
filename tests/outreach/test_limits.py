"""Limits on sending, in one process; test_limits_together.py has four."""

from __future__ import annotations

import math
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Message, SendingPace
from customers.outreach.limits import HORIZON, Limiter, next_slot
from customers.outreach.route import provider_name, sender_address
from customers.outreach.sending import drain
from customers.outreach.services import lift_sending_limit, set_sending_limit
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db


def test_it_works(outreach: Planner, smtp_sink: SmtpSink) -> None:
    set_sending_limit(scope="provider", name=provider_name(), messages=20)
    for _ in range(12):
        plan()
    start = time.monotonic()
    assert drain() == 12
    assert time.monotonic() - start >= 11 / 20
    assert Message.objects.filter(state="sent").count() == 12


def test_without_a_limit_nobody_is_asked(outreach: Planner, smtp_sink: SmtpSink) -> None:
    set_sending_limit(scope="provider", name="somebody.else:25", messages=1)
    set_sending_limit(scope="sender", name="other@ours.example", messages=1)
    limiter = Limiter.load()
    with CaptureQueriesContext(connection) as asked:
        assert list(limiter.paced(range(1000), until=math.inf)) == list(range(1000))
    assert len(asked) == 0


def test_a_limit_costs_a_statement_for_a_slot_and_nothing_for_a_message(outreach: Planner) -> None:
    set_sending_limit(scope="sender", name=sender_address(), messages=5_000)
    limiter = Limiter.load()
    limiter.asks_for = 50
    with CaptureQueriesContext(connection) as asked:
        assert len(list(limiter.paced(range(50), until=math.inf))) == 50
    assert len(asked) == 1


@pytest.mark.parametrize(("provider", "sender"), [(10, 50), (50, 10)])
def test_the_tighter_of_two_limits_holds(outreach: Planner, provider: int, sender: int) -> None:
    limits = [
        set_sending_limit(scope="provider", name=provider_name(), messages=provider).pk,
        set_sending_limit(scope="sender", name=sender_address(), messages=sender).pk,
    ]
    waits = [next_slot(limits, 1) for _ in range(4)]
    assert waits[0] == 0
    for number, wait in enumerate(waits[1:], start=1):
        assert wait == pytest.approx(number / 10, abs=0.05)


def test_beyond_the_horizon_nothing_is_given(outreach: Planner) -> None:
    limit = set_sending_limit(scope="provider", name=provider_name(), messages=1)
    assert next_slot([limit.pk], 3) == 0
    for _ in range(2):
        assert HORIZON < next_slot([limit.pk], 1) <= 3


def test_a_burst_after_a_quiet_time(outreach: Planner) -> None:
    limit = set_sending_limit(scope="provider", name=provider_name(), messages=1, burst=5)
    assert [next_slot([limit.pk], 1) for _ in range(6)] == [0] * 6
    assert next_slot([limit.pk], 1) == pytest.approx(1, abs=0.1)


def test_a_slow_limit_keeps_nobody_waiting(outreach: Planner, smtp_sink: SmtpSink) -> None:
    """Two an hour: one goes, the other stays in the queue with no attempt used and no sender held up."""
    set_sending_limit(scope="provider", name=provider_name(), messages=2, period=3600)
    for _ in range(2):
        plan()
    start = time.monotonic()
    assert drain() == 1
    assert drain() == 0
    assert time.monotonic() - start < 5
    assert sorted(Message.objects.values_list("state", "attempts")) == [("planned", 0), ("sent", 1)]
    assert lift_sending_limit(scope="provider", name=provider_name())
    drain()
    assert len(smtp_sink.messages) == 2
    assert not SendingPace.objects.exists()
