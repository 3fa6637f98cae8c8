"""The main job from end to end: two of us, a customer, a browser, a worker, beat and a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.loop import create_cast, play
from tests.fixtures.browser import opened_page
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process, Site, running_worker

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def worker(live_site: Site, smtp_sink: SmtpSink, celery_beat: Process) -> Iterator[Process]:
    """A worker that writes links to the live site into its mails."""
    with running_worker(email_url=smtp_sink.url, SITE_URL=live_site.url) as process:
        yield process


@pytest.fixture
def customer_page(chromium: Browser, live_site: Site) -> Iterator[Page]:
    with opened_page(chromium, live_site, viewport=PHONE) as page:
        yield page


def test_from_a_purchase_to_a_referral(
    browser_page: Page, customer_page: Page, worker: Process, smtp_sink: SmtpSink
) -> None:
    play(browser_page, customer_page, worker, smtp_sink, create_cast())
