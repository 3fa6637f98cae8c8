"""Planning beside other work on the same person and the same order."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.core.events import drain
from crm.core.models import Delivery
from crm.core.registry import registry
from customers.models import Purchase
from customers.services.interactions import log_interaction
from customers.services.purchases import change_status
from surveys.models import Invitation
from surveys.services.planning import plan_invitations
from tests.factories import create_contact, create_purchase, create_user
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def purchase() -> Purchase:
    """Delivered now; what reacts to that is left to the tests."""
    for install in registry.defaults:
        install()
    now = timezone.now()
    purchase = create_purchase(
        contact=create_contact(), ordered_at=now - dt.timedelta(days=30), delivered_at=now
    )
    Delivery.objects.update(state=Delivery.State.DONE)
    return purchase


def test_nobody_waits_for_a_planner_to_write_about_the_person(purchase: Purchase) -> None:
    assert purchase.contact
    contact, author = purchase.contact, create_user()

    def log() -> None:
        try:
            log_interaction(
                account=contact.account, author=author, channel="call", body="Hello.", contacts=[contact]
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert len(plan_invitations(purchase=purchase)) == 1
        pool.submit(log).result(timeout=20)


def test_a_date_that_is_corrected_while_the_mail_is_planned(purchase: Purchase) -> None:
    at = timezone.now() - dt.timedelta(days=4)

    def correct() -> None:
        change_status(purchase=purchase, status="delivered", at=at)
        drain()
        connection.close()

    other = threading.Thread(target=correct)
    with transaction.atomic():
        plan_invitations(purchase=purchase)
        other.start()
        until_somebody_waits()
    other.join()

    assert Invitation.objects.get(purchase=purchase).due_at == at + dt.timedelta(days=7)
