"""Mail scanners on the real site follow every link and nothing is written; the person afterwards counts."""

from __future__ import annotations

import datetime as dt
import re
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.core.events import drain
from customers.models import Contact, Subscription
from customers.outreach import sending
from customers.outreach.services import change_touch_rules
from loyalty.models import Referral
from surveys.models import Invitation, Response, ScoreClick
from surveys.services.counting import count_due_responses
from tests.factories import create_contact, create_purchase
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Site

LINK = re.compile(r'href="(http://localhost[^"]+)"')


@pytest.fixture
def mail(live_site: Site, smtp_sink: SmtpSink, settings) -> EmailMessage:
    """A question about an order, as it was sent."""
    settings.SITE_URL = live_site.url
    change_touch_rules(gap_days=0, kind_gaps={}, yearly_cap=1000, daily_cap=1000, quiet_hours=False)
    contact = create_contact()
    create_purchase(contact=contact, delivered_at=timezone.now() - dt.timedelta(days=7))
    drain()
    sending.drain()
    drain()
    return smtp_sink.wait_for(lambda mail: mail["X-Envelope-To"] == contact.email)


@pytest.fixture
def invitation(mail: EmailMessage) -> Invitation:
    """Sent an hour ago, so that nothing is too early any more."""
    found = Invitation.objects.get(contact__email=mail["X-Envelope-To"])
    found.sent_at = timezone.now() - dt.timedelta(hours=1)
    found.save()
    return found


def links_in(mail: EmailMessage) -> list[str]:
    """Every address in the mail, those of its headers too."""
    body = mail.get_body(("html",))
    assert body
    found = LINK.findall(body.get_content())
    return [*dict.fromkeys(found), mail["List-Unsubscribe"].strip("<>")]


def ask(method: str, address: str, form: dict[str, str] | None = None) -> int:
    """The status of a request without cookies, redirects followed."""
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(address, body, {"User-Agent": "LinkScanner/1.0"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_get_and_head_of_every_link_write_nothing(mail, invitation, browser_page):
    links = links_in(mail)
    assert len([link for link in links if "?score=" in link]) == 11
    for link in links:
        assert (ask("HEAD", link), ask("GET", link)) == (200, 200), link

    assert_nothing_is_written(invitation)
    a_person_answers(browser_page, invitation, links)


def test_a_post_of_the_hidden_link_writes_nothing(mail, invitation, browser_page):
    [hidden] = [link for link in links_in(mail) if link.endswith("/details/")]
    assert ask("POST", hidden, {"score": "0"}) == 200

    assert_nothing_is_written(invitation)
    a_person_answers(browser_page, invitation, links_in(mail))


def test_two_scores_within_ten_seconds_do_not_count(mail, invitation, browser_page):
    """Even a scanner that runs the page's script, and so leaves a provisional score."""
    page = next(link for link in links_in(mail) if "?score=" in link).split("?")[0]
    for score in (0, 10):
        assert ask("GET", f"{page}?score={score}") == 200
        assert ask("POST", f"{page}touch/", {"score": str(score)}) == 204
    judge(invitation)

    assert Response.objects.get(invitation=invitation).state == "suspect"
    assert not Response.objects.counted().filter(invitation=invitation).exists()
    a_person_answers(browser_page, invitation, links_in(mail))


def assert_nothing_is_written(invitation: Invitation) -> None:
    invitation.refresh_from_db()
    contact = Contact.objects.get(pk=invitation.contact_id)
    assert invitation.state == "open"
    assert ScoreClick.objects.filter(invitation=invitation).exists()
    assert not Response.objects.filter(invitation=invitation).exists()
    assert not Subscription.objects.filter(contact=contact).exists()
    assert not Referral.objects.filter(account=contact.account).exists()


def a_person_answers(page: Page, invitation: Invitation, links: list[str]) -> None:
    """The token is still good: a click in the mail, a comment, Send, and it counts."""
    page.goto(next(link for link in links if link.endswith("?score=9")))
    page.get_by_role("textbox").fill("Well done")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    judge(invitation)
    response = Response.objects.counted().get(invitation=invitation)
    assert (response.counted_score, response.comment, response.state) == (9, "Well done", "confirmed")


def judge(invitation: Invitation) -> None:
    """As if the time to wait were over."""
    Response.objects.filter(invitation=invitation).update(counts_at=timezone.now())
    count_due_responses()
