"""What customers and their mail scanners can do with the links in a mail."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac
from pytest_django import Settings

from customers.models import ConsentRecord, ContactTouch, Message, Subscription, Suppression
from customers.outreach.claiming import claim
from customers.outreach.feedback.tokens import feedback_token
from customers.outreach.links import message_token, person_token
from customers.outreach.sending import drain
from customers.outreach.services import pause_contact, record_consent, suppress
from customers.services.privacy import erase_contact
from tests.factories import create_contact, create_user
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def strict() -> Client:
    """A browser whose requests Django checks for forgery."""
    return Client(enforce_csrf_checks=True)


def unsubscribe_path(message: Message) -> str:
    return f"/m/{message_token(message.pk)}/unsubscribe/"


def preferences_path(contact_id: int) -> str:
    return f"/preferences/{person_token(contact_id)}/"


def standing(contact_id: int) -> dict[str, bool]:
    return dict(Subscription.objects.filter(contact=contact_id).values_list("topic_id", "granted"))


@pytest.mark.parametrize("pk", [7, 10**12])
def test_tokens_are_as_django_signs_them(pk: int, settings: Settings) -> None:
    """What was sent before keys were kept, or with another key, leads to the same place."""
    for secret in (settings.SECRET_KEY, "another one"):
        settings.SECRET_KEY = secret
        assert message_token(pk) == Signer(salt="customers.outreach.message", sep=".").sign(str(pk))
        assert person_token(pk) == Signer(salt="customers.outreach.person", sep=".").sign(str(pk))
        mac = salted_hmac("customers.outreach.feedback", str(pk), algorithm="sha256")
        assert feedback_token(pk) == f"{pk}-{mac.hexdigest()[:20]}"


def test_one_click_acts_at_once(outreach: Planner, strict: Client) -> None:
    message = plan()
    answer = strict.post(unsubscribe_path(message), ONE_CLICK)
    assert answer.status_code == 200
    assert standing(message.contact_id) == {"care": False}
    record = ConsentRecord.objects.get()
    assert (record.source, record.proof) == ("one_click", f"message {message.pk}")
    claim()
    message.refresh_from_db()
    assert (message.state, message.reason) == ("refused", "no_consent")


def test_one_click_twice_is_one_no(outreach: Planner, strict: Client) -> None:
    message = plan()
    for _ in range(3):
        strict.post(unsubscribe_path(message), ONE_CLICK)
    assert ConsentRecord.objects.count() == 1


def test_links_of_erased_people_lead_nowhere(outreach: Planner, strict: Client) -> None:
    message = plan()
    erase_contact(contact=message.contact, actor=create_user())
    for page in ("view", "mail", "unsubscribe"):
        assert strict.get(f"/m/{message_token(message.pk)}/{page}/").status_code == 404


def test_the_page_asks_first(outreach: Planner, strict: Client) -> None:
    message = plan()
    page = strict.get(unsubscribe_path(message))
    assert b"<form" in page.content
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert standing(message.contact_id) == {}
    strict.post(unsubscribe_path(message))
    assert standing(message.contact_id) == {"care": False}
    assert ConsentRecord.objects.get().source == "unsubscribe_page"


def test_a_scanner_that_follows_every_link_changes_nothing(
    outreach: Planner, smtp_sink: SmtpSink, strict: Client
) -> None:
    message = plan()
    drain()
    html = smtp_sink.messages[0].get_body(("html",))
    assert html is not None
    paths = set(re.findall(r'href="http://localhost:8000(/[^"]+)"', html.get_content()))
    paths.add(smtp_sink.messages[0]["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000"))
    assert len(paths) == 3
    for path in paths:
        assert strict.get(path).status_code == strict.head(path).status_code == 200
    assert not ConsentRecord.objects.exists()
    assert not Suppression.objects.exists()
    assert standing(message.contact_id) == {}


def test_service_mail_cannot_be_ended_by_its_link(outreach: Planner, strict: Client) -> None:
    message = plan(kind="ticket")
    strict.post(unsubscribe_path(message), ONE_CLICK)
    assert standing(message.contact_id) == {}


@pytest.mark.parametrize("token", ["x", "1.x", "../..", "1" * 300, "%00", f"1.{'Et' * 21}s"])
def test_wrong_tokens_get_a_friendly_page(db: None, strict: Client, token: str) -> None:
    for path in (
        f"/m/{token}/unsubscribe/",
        f"/m/{token}/view/",
        f"/m/{token}/mail/",
        f"/preferences/{token}/",
    ):
        answer = strict.get(path)
        assert answer.status_code == 404
        assert b"link" in answer.content or token == "../.."


def test_a_token_is_good_for_one_purpose(outreach: Planner, strict: Client) -> None:
    message = plan()
    assert strict.get(f"/preferences/{message_token(message.contact_id)}/").status_code == 404
    assert strict.post(f"/m/{person_token(message.pk)}/unsubscribe/").status_code == 404


def test_preferences_change_what_holds(outreach: Planner, strict: Client) -> None:
    contact = create_contact()
    path = preferences_path(contact.pk)
    page = strict.get(path).content.decode()
    assert "Care and safety" in page
    assert "Service" not in page
    answer = strict.post(path, {"topic_surveys": "on", "topic_news": "on", "pause": "30"})
    assert answer.status_code == 302
    assert standing(contact.pk) == {"care": False, "referrals": False, "news": True}
    paused = ContactTouch.objects.get(contact=contact).paused_until
    assert paused is not None
    assert dt.timedelta(days=29) < paused - timezone.now() < dt.timedelta(days=31)


def test_a_pause_is_kept_until_it_is_ended(outreach: Planner, strict: Client) -> None:
    contact = create_contact()
    pause_contact(contact=contact, days=90)
    path = preferences_path(contact.pk)
    topics = {"topic_surveys": "on", "topic_care": "on", "topic_referrals": "on"}
    strict.post(path, topics | {"pause": ""})
    assert ContactTouch.objects.get(contact=contact).paused_until is not None
    strict.post(path, topics | {"pause": "0"})
    assert ContactTouch.objects.get(contact=contact).paused_until is None
    assert not ConsentRecord.objects.exists()


def test_saving_holds_in_the_same_second(outreach: Planner, strict: Client) -> None:
    message = plan()
    strict.post(preferences_path(message.contact_id), {"topic_surveys": "on", "pause": ""})
    assert claim().message_ids == []
    message.refresh_from_db()
    assert message.reason == "no_consent"


def test_no_mail_at_all_and_back(outreach: Planner, strict: Client) -> None:
    contact = create_contact()
    path = preferences_path(contact.pk)
    strict.post(path, {"nothing": "1"})
    assert set(standing(contact.pk).values()) == {False}
    assert Suppression.objects.get().reason == "unsubscribed"
    strict.post(path, {"topic_care": "on", "pause": ""})
    assert not Suppression.objects.exists()
    assert standing(contact.pk)["care"] is True


def test_a_bounced_address_is_not_lifted_by_preferences(outreach: Planner, strict: Client) -> None:
    contact = create_contact()
    suppress(address=contact.email, reason=Suppression.Reason.BOUNCE)
    strict.post(preferences_path(contact.pk), {"topic_care": "on", "pause": ""})
    assert Suppression.objects.get().reason == "bounce"


def test_languages_are_offered_when_there_are_some(outreach: Planner, strict: Client) -> None:
    contact = create_contact(language="de")
    path = preferences_path(contact.pk)
    assert b'name="language"' in strict.get(path).content
    strict.post(path, {"language": "en", "pause": ""})
    contact.refresh_from_db()
    assert contact.language == "en"
    assert strict.post(path, {"language": "xx", "pause": ""}).status_code == 200
    assert b'name="language"' not in strict.get(path).content


@pytest.mark.parametrize("junk", [{"pause": "365"}, {"pause": "x"}, {"pause": "\0"}, {"language": "<b>"}])
def test_junk_is_refused_beside_the_field(outreach: Planner, strict: Client, junk: dict[str, str]) -> None:
    contact = create_contact()
    assert strict.post(preferences_path(contact.pk), junk).status_code == 200
    assert not ConsentRecord.objects.exists()


def test_view_in_the_browser_is_locked_up(outreach: Planner, strict: Client) -> None:
    message = plan(contact=create_contact(first_name="<script>alert(1)</script>"))
    page = strict.get(f"/m/{message_token(message.pk)}/view/").content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    inner = strict.get(f"/m/{message_token(message.pk)}/mail/")
    assert "<script>" not in inner.content.decode()
    policy = inner["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert inner["X-Frame-Options"] == "SAMEORIGIN"


def test_consent_keeps_every_yes_and_no(outreach: Planner) -> None:
    contact = create_contact()
    for granted in (True, False, False, True):
        record_consent(contact=contact, topic="news", granted=granted, source="test", proof="form 7")
    assert list(ConsentRecord.objects.order_by("pk").values_list("granted", flat=True)) == [True, False, True]
    assert standing(contact.pk) == {"news": True}
