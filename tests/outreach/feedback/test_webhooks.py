from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm.core.immutable import unlocked
from crm.core.models import Retention, Role
from customers.models import ConsentRecord, MailEvent, Message, Suppression
from customers.outreach.feedback.chores import forget_reports
from customers.outreach.feedback.tokens import feedback_token
from customers.outreach.services import record_consent
from tests.factories import create_user
from tests.outreach.conftest import plan
from tests.outreach.fates import after_drain
from tests.outreach.feedback.conftest import SECRET, mailgun_event, post, postmark_bounce

pytestmark = pytest.mark.django_db


def test_it_works(message: Message, providers: None) -> None:
    assert post("mailgun", mailgun_event(message)).status_code == 200
    message.refresh_from_db()
    assert message.bounced_at
    assert Suppression.objects.get().address == message.address
    assert not Message.objects.delivered().exists()
    again = plan(contact=message.contact)
    assert after_drain(again) == ("refused", "suppressed")


def test_a_hundred_times_is_once(message: Message, providers: None) -> None:
    body = mailgun_event(message, "complained")
    for _ in range(100):
        assert post("mailgun", body).status_code == 200
    assert MailEvent.objects.count() == 1
    assert ConsentRecord.objects.filter(granted=False).count() == 1


@pytest.mark.parametrize("order", ["failed delivered", "delivered failed"])
def test_in_any_order_a_bounce_stays_one(message: Message, providers: None, order: str) -> None:
    for event in order.split():
        assert post("mailgun", mailgun_event(message, event)).status_code == 200
    message.refresh_from_db()
    assert message.bounced_at
    assert MailEvent.objects.count() == 2


def test_forged_stale_unsigned_and_unreadable_reports_are_refused(message: Message, providers: None) -> None:
    good = mailgun_event(message)
    changed = mailgun_event(message)
    changed["signature"]["timestamp"] = str(int(time.time()) + 1)
    bodies = [
        mailgun_event(message, key="another key"),
        changed,
        mailgun_event(message, signed_at=time.time() - 86_400),
        mailgun_event(message, signed_at=time.time() + 3_600),
        {"event-data": good["event-data"]},
        {"signature": good["signature"]},
        {"signature": good["signature"], "event-data": {"event": "failed", "timestamp": "soon"}},
        {"signature": good["signature"], "event-data": []},
        {"signature": "ü"},
        {},
        [],
    ]
    for body in bodies:
        assert post("mailgun", body).status_code == 400, body
    raw = Client().post("/feedback/mailgun/", b"\xff{", content_type="application/json")
    form = Client().post("/feedback/mailgun/", {"event": "bounced"})
    assert (raw.status_code, form.status_code) == (400, 400)
    assert not MailEvent.objects.exists()


def test_postmark_by_its_password_and_our_metadata(message: Message, postmark: None) -> None:
    body = postmark_bounce(message, feedback_token(message.pk))
    assert post("postmark", body).status_code == 400
    assert post("postmark", body, secret="postmark:wrong").status_code == 400
    assert not MailEvent.objects.exists()
    for _ in range(3):
        assert post("postmark", body, secret=SECRET).status_code == 200
    event = MailEvent.objects.get()
    assert (event.kind, event.message, event.provider) == ("hard", message, "postmark")


def test_a_token_that_we_did_not_make_finds_no_message(message: Message, postmark: None) -> None:
    body = postmark_bounce(message, f"{message.pk}-{'0' * 20}", Email="nobody@customer.example")
    assert post("postmark", body, secret=SECRET).status_code == 200
    assert not MailEvent.objects.exists()


def test_no_password_no_reports(message: Message, providers: None) -> None:
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_WEBHOOK_SECRET"):
        post("postmark", postmark_bounce(message, feedback_token(message.pk)))


def test_only_configured_providers_have_an_address(providers: None, settings: Settings) -> None:
    for provider in ("brevo", "resend", "nonsense"):
        assert post(provider, {}).status_code == 404
    assert Client().head("/feedback/mailgun/").status_code == 200
    assert Client().get("/feedback/mailgun/").status_code == 405
    settings.MAIL_WEBHOOKS = []
    assert post("mailgun", {}).status_code == 404


def test_soft_bounces_add_up(message: Message, postmark: None, settings: Settings) -> None:
    settings.SOFT_BOUNCES = 3
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for count in (1, 2, 3):
        body = postmark_bounce(
            message, feedback_token(message.pk), Type="SoftBounce", TypeCode=4096, BouncedAt=now
        )
        assert post("postmark", body, secret=SECRET).status_code == 200
        assert Suppression.objects.exists() is (count == 3)
    assert set(MailEvent.objects.values_list("kind", flat=True)) == {"soft"}


def test_a_complaint_ends_the_topic_with_proof(message: Message, providers: None) -> None:
    body = mailgun_event(message, "complained")
    post("mailgun", body)
    message.refresh_from_db()
    record = ConsentRecord.objects.get()
    assert (record.granted, record.source, record.topic_id) == (False, "complaint", "care")
    assert record.proof == f"message {message.pk}, mailgun {body['signature']['token']}"
    assert message.complained_at
    assert Suppression.objects.get().reason == "complaint"


def test_a_later_yes_outlives_an_old_unsubscription(message: Message, providers: None) -> None:
    record_consent(contact=message.contact, topic="care", granted=True, source="test")
    old = mailgun_event(message, "unsubscribed", timestamp=time.time() - 3600)
    assert post("mailgun", old).status_code == 200
    assert message.contact.subscriptions.get().granted
    assert post("mailgun", mailgun_event(message, "unsubscribed")).status_code == 200
    assert not message.contact.subscriptions.get().granted


def test_what_is_on_its_way_and_opens_are_not_kept(message: Message, providers: None) -> None:
    for body in (mailgun_event(message, severity="temporary"), mailgun_event(message, "opened")):
        assert post("mailgun", body).status_code == 200
    assert not MailEvent.objects.exists()


def test_the_pages_show_it(message: Message, providers: None) -> None:
    post("mailgun", mailgun_event(message))
    post("mailgun", mailgun_event(message, "complained"))
    client = Client()
    client.force_login(create_user(role=Role.ADMIN))
    for path in (f"/outbox/{message.pk}/", "/outbox/"):
        page = client.get(path).content.decode()
        assert "called spam" in page
        assert "The address bounced." in page
    assert "The address bounced." in client.get(f"/customers/{message.account_id}/").content.decode()
    assert "gets nothing from us" in client.get(f"/contacts/{message.contact_id}/").content.decode()


def test_events_cannot_be_rewritten(message: Message, providers: None) -> None:
    post("mailgun", mailgun_event(message))
    with pytest.raises(IntegrityError), transaction.atomic():
        MailEvent.objects.update(kind="delivered")


def test_reports_go_after_a_while_and_what_follows_stays(message: Message, providers: None) -> None:
    post("mailgun", mailgun_event(message))
    retention = Retention(mail_reports=30)
    assert forget_reports(retention) == 0
    with unlocked():
        MailEvent.objects.update(at=timezone.now() - dt.timedelta(days=31))
    assert forget_reports(retention) == 1
    assert not MailEvent.objects.exists()
    message.refresh_from_db()
    assert message.bounced_at
    assert Suppression.objects.exists()
