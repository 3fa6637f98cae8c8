"""The broker goes away: every page still saves, and what was saved is delivered when it is back."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from crm.core.models import Delivery
from crm.embedded import Valkey
from customers.models import Account, Contact, Interaction, Message, Product, Purchase, Task
from customers.outreach.links import person_token
from loyalty.models import Member
from surveys.models import Invitation
from tests.factories import PASSWORD, create_account, create_contact, create_product, create_user
from tests.fixtures.browser import opened_page, sign_in
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process, Site, running_beat, running_site, running_worker
from tests.outreach.crowds import plan_for_crowd

CROWD, DELIVERED_WITHIN = 20, 60
NOBODY_WAITS = 5  # seconds; trying a broker again and again takes longer


@dataclass(frozen=True)
class Installation:
    """A site with a worker, a beat and a broker of its own."""

    broker: Valkey
    site: Site
    worker: Process


@pytest.fixture
def installation(committed_db: str, smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[Installation]:
    broker = Valkey(home=tmp_path / "valkey", durable=False)
    broker.start()
    address = broker.url()
    with (
        running_site(email_url=smtp_sink.url, REDIS_URL=address) as site,
        running_worker(email_url=smtp_sink.url, LEASE_SECONDS="60", REDIS_URL=address) as worker,
        running_beat(TICK_SECONDS="1", REDIS_URL=address),
    ):
        yield Installation(broker, site, worker)
    broker.stop()


@pytest.fixture
def page(chromium: Browser, installation: Installation) -> Iterator[Page]:
    with opened_page(chromium, installation.site) as page:
        yield page


def test_pages_save_and_the_rest_follows(page: Page, installation: Installation, smtp_sink: SmtpSink) -> None:
    create_user(email="sam@ours.example", password=PASSWORD)
    account = create_account(name="Lakeview Unified")
    contact = create_contact(account=account)
    create_product(name="Bleacher", sku="BL-5R", price=100)
    assert health(installation.site) == "ready"

    installation.broker.stop()
    sign_in(page, email="sam@ours.example", password=PASSWORD)
    log_a_call(page, account)
    deliver_a_purchase(page, account)
    save_the_other_forms(page, account, contact)
    crowd = Message.objects.filter(account=plan_for_crowd(CROWD))
    assert health(installation.site) == "degraded"
    assert Interaction.objects.get(account=account).body == "They like it"
    assert Purchase.objects.get(account=account).status == "delivered"
    assert Delivery.objects.exclude(state="done").exists()
    assert smtp_sink.messages == []

    back = time.monotonic()
    installation.broker.start()
    installation.worker.wait_until(
        lambda: all_is_delivered() and not crowd.exclude(state="sent").exists(), seconds=DELIVERED_WITHIN
    )
    print(f"delivered {time.monotonic() - back:.0f} s after the broker was back")
    assert Member.objects.get(account=account).pending == 10
    assert Invitation.objects.filter(account=account).count() == 1
    assert len(smtp_sink.messages) == CROWD
    assert health(installation.site) == "ready"


def log_a_call(page: Page, account: Account) -> None:
    page.goto(account.get_absolute_url())
    page.get_by_label("What happened?").fill("They like it")
    page.get_by_label("What happened?").press("Control+Enter")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("They like it")


def deliver_a_purchase(page: Page, account: Account) -> None:
    page.goto(f"{account.get_absolute_url()}purchases/new/")
    page.get_by_label("Ordered by").select_option(index=1)
    page.locator("#line-0").get_by_label("Product").fill("BL-5R")
    page.get_by_role("button", name="Record the order").click()
    page.get_by_role("button", name="Mark delivered").click()
    expect(page.locator("h1")).to_contain_text("delivered", ignore_case=True)


def save_the_other_forms(page: Page, account: Account, contact: Contact) -> None:
    """What staff and customers enter most, each once."""
    here = account.get_absolute_url()
    save(page, "/customers/new/", name="Hillside Academy")
    save(page, f"{here}people/new/", first_name="Lee", last_name="Park", email="lee@hillside.example")
    save(page, f"{here}tasks/new/", title="Call about the bolts", due_at="2030-01-31T09:00")
    save(page, "/settings/products/new/", name="Canopy", sku="CA-1", price="900")
    save(page, "/settings/touch/", gap_days="0")
    save(page, reverse("outreach:preferences", args=[person_token(contact.pk)]))
    assert Account.objects.filter(name="Hillside Academy").exists()
    assert account.contacts.filter(email="lee@hillside.example").exists()
    assert Task.objects.filter(account=account, title="Call about the bolts").exists()
    assert Product.objects.filter(sku="CA-1").exists()


def save(page: Page, address: str, **fields: str) -> None:
    page.goto(address)
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    asked = time.monotonic()
    with page.expect_response(lambda answer: answer.request.method == "POST") as posted:
        page.get_by_role("button", name="Save", exact=True).click()
    assert posted.value.status == 302, f"{address}: {posted.value.status}"
    assert time.monotonic() - asked < NOBODY_WAITS, f"{address} waits for the broker"


def health(site: Site) -> str:
    with urllib.request.urlopen(f"{site.url}/readyz", timeout=10) as response:
        return json.load(response)["status"]


def all_is_delivered() -> bool:
    return not Delivery.objects.exclude(state="done").exists()
