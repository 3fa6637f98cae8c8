from __future__ import annotations

import pytest
from django.test import Client

from crm.core.models import Role
from customers.models import Message
from customers.outreach.sending import drain
from customers.outreach.services import record_consent
from tests.factories import create_account, create_contact, create_user
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db


def test_it_works(outreach: Planner, smtp_sink: SmtpSink, admin_client: Client) -> None:
    sent = plan()
    refused = plan()
    record_consent(contact=refused.contact, topic="care", granted=False, source="test")
    drain()
    page = admin_client.get("/outbox/").content.decode()
    assert "For Dana" in page
    assert "They have not agreed to this topic." in page
    only = admin_client.get("/outbox/?state=sent").content.decode()
    assert f"/outbox/{sent.pk}/" in only
    assert f"/outbox/{refused.pk}/" not in only


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(create_user())
    return client


def test_pages_by_keyset_with_few_queries(
    outreach: Planner, admin_client: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(60):
        plan()
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        first = admin_client.get("/outbox/")
    assert len(first.context["page"]) == 50
    second = admin_client.get(f"/outbox/?cursor={first.context['page'].next}")
    assert len(second.context["page"]) == 10
    assert admin_client.get("/outbox/?cursor=junk").status_code == 400
    assert admin_client.get("/outbox/?state=junk").status_code == 200


def test_a_manager_sees_the_mail_of_their_own_accounts(outreach: Planner) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    mine = plan(contact=create_contact(account=create_account(owner=manager)))
    other = plan()
    client = Client()
    client.force_login(manager)
    page = client.get("/outbox/").content.decode()
    assert f"/outbox/{mine.pk}/" in page
    assert f"/outbox/{other.pk}/" not in page
    for path in (f"/outbox/{other.pk}/", f"/outbox/{other.pk}/mail/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/outbox/{other.pk}/cancel/").status_code == 404
    assert client.get(f"/outbox/{mine.pk}/").status_code == 200


def test_the_mail_as_it_would_be_sent(outreach: Planner, admin_client: Client) -> None:
    message = plan()
    page = admin_client.get(f"/outbox/{message.pk}/")
    assert b"As it would be sent now" in page.content
    inner = admin_client.get(f"/outbox/{message.pk}/mail/")
    assert b"Dear Dana" in inner.content
    assert "sandbox" in inner["Content-Security-Policy"]


def test_a_planned_message_can_be_taken_back(outreach: Planner, admin_client: Client) -> None:
    message = plan()
    admin_client.post(f"/outbox/{message.pk}/cancel/")
    message.refresh_from_db()
    assert (message.state, message.reason) == ("refused", "cancelled")
    assert message.detail.startswith("Cancelled by Staff")
    answer = admin_client.post(f"/outbox/{message.pk}/cancel/", follow=True)
    assert b"Too late" in answer.content


def test_strangers_sign_in_first(outreach: Planner, client: Client) -> None:
    message = plan()
    for path in ("/outbox/", f"/outbox/{message.pk}/", "/settings/touch/"):
        assert client.get(path).status_code == 302
    assert Message.objects.get(pk=message.pk).state == "planned"
