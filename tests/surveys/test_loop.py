"""The whole way with a real mail server, and many hands at once. What is committed here stays."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.core.events import drain
from crm.core.registry import registry
from customers.models import Task, TouchRules
from customers.outreach import sending
from surveys.links import token_of
from surveys.models import Invitation, Response, ResponseRevision, SurveyRules
from surveys.services.counting import count_due_responses
from tests.factories import create_account, create_contact, create_purchase, create_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def invitation(committed_db):
    for install in registry.defaults:
        install()
    TouchRules.objects.update_or_create(pk=1, defaults={"quiet_hours": False})
    SurveyRules.objects.update_or_create(pk=1, defaults={"hold_seconds": 0, "fast_click_seconds": 0})
    account = create_account(owner=create_user(role="account_manager"))
    purchase = create_purchase(
        contact=create_contact(account=account), delivered_at=timezone.now() - dt.timedelta(days=7)
    )
    drain()
    return Invitation.objects.get(purchase=purchase)


def test_from_delivery_to_the_owners_task(invitation, smtp_sink):
    sending.drain()
    drain()
    invitation.refresh_from_db()
    mail = smtp_sink.wait_for(lambda message: message["X-Envelope-To"] == invitation.contact.email)
    body = mail.get_body(("html",))
    assert body
    link = re.search(r'href="http://[^"/]+((/s/[^"]+)\?score=4)"', body.get_content())
    assert link
    client = Client()

    assert client.get(link[1]).status_code == 200
    assert client.post(link[2], {"score": 4, "comment": "Late"}).status_code == 302
    count_due_responses()

    assert invitation.state == "open"
    assert Task.objects.get(account=invitation.account).why.endswith("“Late”")


def test_fifty_at_once_are_one_answer(invitation):
    url = f"/s/{token_of(invitation)}/"

    def send(number: int) -> int:
        try:
            return Client(REMOTE_ADDR=f"192.0.2.{number}").post(url, {"score": 3, "comment": "x"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(send, range(50)))

    assert codes == [302] * 50
    assert Response.objects.filter(invitation=invitation).count() == 1
    assert ResponseRevision.objects.filter(response__invitation=invitation).count() == 1


def test_two_workers_count_once(invitation):
    count_due_responses()
    Client().post(f"/s/{token_of(invitation)}/", {"score": 2})

    def count(_worker: int) -> int:
        try:
            return count_due_responses()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(count, range(4)))

    assert sum(counted) == 1
    assert Task.objects.filter(account=invitation.account, kind="recovery").count() == 1
