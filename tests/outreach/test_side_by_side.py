"""Several drains at once, each with its own connection: no contact gets more than the rules allow."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from pytest_django import Settings

from customers.models import Message, Touch
from customers.outreach.sending import drain
from customers.outreach.services import change_touch_rules, ensure_content
from tests.factories import create_account, create_contact
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import BODY, Planner, plan

CONTACTS, EACH, DRAINS = 30, 6, 4


def drain_in_thread(_: int) -> int:
    try:
        return drain()
    finally:
        connections.close_all()


@pytest.mark.parametrize("cap", [1, 2, 4])
def test_the_daily_cap_holds(
    committed_db: str, planner: Planner, smtp_sink: SmtpSink, settings: Settings, cap: int
) -> None:
    settings.LEASE_SECONDS = 60
    ensure_content(slug="note", name="A note", subject="For {{ contact.first_name }}", body=BODY)
    change_touch_rules(gap_days=0, kind_gaps={}, yearly_cap=1000, daily_cap=cap, quiet_hours=False)
    account = create_account()
    contacts = [create_contact(account=account) for _ in range(CONTACTS)]
    for contact in contacts:
        for _ in range(EACH):
            plan(contact=contact)
    with ThreadPoolExecutor(DRAINS) as threads:
        list(threads.map(drain_in_thread, range(DRAINS)))
    while drain():
        pass
    got = Counter(mail["X-Envelope-To"] for mail in smtp_sink.messages)
    assert got == {contact.email: cap for contact in contacts}
    mine = Message.objects.filter(account=account)
    assert mine.filter(state="sent").count() == cap * CONTACTS
    assert mine.filter(state="planned", reason="daily_cap").count() == (EACH - cap) * CONTACTS
    assert Touch.objects.filter(message__account=account).count() == cap * CONTACTS
    assert len({mail["Message-ID"] for mail in smtp_sink.messages}) == cap * CONTACTS
