"""Every page, wide and light, narrow and dark: nothing breaks, axe finds nothing, nothing is cut off.

axe is asked about every other page in either way. `make pages` (PERENNIAL_EVERY_WAY=1) looks at every page in
all four ways, asks axe in each, and leaves pictures in var/screenshots for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from crm.core.checks import walk_urls
from crm.core.downloads import record_download
from crm.core.jobs import start_job
from crm.core.models import (
    Delivery,
    Download,
    OutboxEvent,
    User,
)
from crm.core.webhooks.subscriptions import send_test, subscribe
from crm.demo.loading import load
from crm.demo.staff import PASSWORD as DEMO_PASSWORD
from crm.demo.staff import address
from crm.embedded.places import VAR
from customers.imports.jobs import KIND
from tests.browser.pages import (
    NO_PAGES,
    check_a_file,
    customers_pages,
    look_at_taking_back,
    pages_of_rows,
    plain_pages,
    staff_pages,
    write_checklist,
)
from tests.fixtures.browser import axe_violations, confirm_password, opened_page, sign_in
from tests.fixtures.processes import Site

PICTURES = VAR / "screenshots"
Way = tuple[int, Literal["light", "dark"]]
WAYS: list[Way] = [(1440, "light"), (390, "dark")]
EVERY_WAY = bool(os.environ.get("PERENNIAL_EVERY_WAY"))
if EVERY_WAY:
    WAYS += [(1440, "dark"), (390, "light")]
NARROW = (390, 320)


@pytest.fixture(scope="module")
def demo(committed_db: str) -> None:
    """The demo company, and what it has none of: background work, a failed reaction, a download, clicks."""
    load()
    write_checklist()
    ada = User.objects.get(email=address("ada"))
    start_job(kind=KIND, title="orders.csv", params={}, by=ada)
    check_a_file(ada)
    look_at_taking_back(ada)
    record_download(user=ada, kind=Download.Kind.CUSTOMERS, rows=1204, filters={"Search": "riverside"})
    event = OutboxEvent.objects.create(name="customers.purchase_recorded", payload={})
    Delivery.objects.create(
        event=event, reaction="loyalty.give_points", state="dead", last_error="LookupError"
    )
    webhook, _secret = subscribe(name="ERP", url="https://erp.example/", events=[event.name], made_by=ada)
    send_test(subscription=webhook)


@pytest.fixture(scope="module")
def staff_page(demo: None, chromium: Browser, live_site: Site) -> Iterator[Page]:
    with opened_page(chromium, live_site) as page:
        sign_in(page, email=address("ada"), password=DEMO_PASSWORD)
        page.goto(reverse("mfa_activate_totp"))
        confirm_password(page, password=DEMO_PASSWORD)
        yield page


@pytest.mark.parametrize("pages", [plain_pages, pages_of_rows])  # halves, for two processes
def test_staff_pages(staff_page: Page, pages: Callable[[], dict[str, str]]) -> None:
    assert look_at_all(staff_page, pages()) == []


def test_customers_pages(demo: None, browser_page: Page) -> None:
    assert look_at_all(browser_page, customers_pages()) == []


def test_api_docs(staff_page: Page) -> None:
    """Swagger UI fills this page; its colours and landmarks are not ours to judge."""
    staff_page.goto(reverse("api_docs"))
    expect(staff_page.locator("#api-docs").get_by_text("/api/v1/accounts/").first).to_be_visible()


def test_no_page_is_left_out(demo: None) -> None:
    looked_at = set(staff_pages()) | set(customers_pages())
    named = {path: pattern.name for path, pattern in walk_urls() if not NO_PAGES.search(path)}
    by_name = {name.split(":")[-1] for name in looked_at}
    assert [path for path, name in named.items() if name not in by_name] == []


def look_at_all(page: Page, pages: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with any of the pages."""
    wrong: list[str] = []
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 500 else None)
    page.on("console", lambda line: wrong.append(line.text) if is_mistake(line.type, line.text) else None)
    for turn, (name, path) in enumerate(pages.items()):
        judged = WAYS if EVERY_WAY else [WAYS[turn % len(WAYS)]]
        wrong += [f"{path}: {mistake}" for mistake in look_at(page, name, path, judged)]
    return wrong


def is_mistake(kind: str, text: str) -> bool:
    """A page that says "not found" is an answer, not a mistake."""
    return kind == "error" and "status of 404" not in text


def look_at(page: Page, name: str, path: str, judged: Sequence[Way]) -> Iterator[str]:
    """What is wrong with a page, opened anew in each of the ways `judged`, then made as narrow as it gets."""
    for width, scheme in judged:
        dress(page, width, scheme)
        page.goto(path)
        if not page.url.endswith(path):
            yield f"led to {page.url}"
        if EVERY_WAY:
            page.screenshot(path=PICTURES / f"{name.replace(':', '-')}-{width}-{scheme}.png", full_page=True)
        yield from (f"{width} {scheme}: {found}" for found in axe_violations(page))
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 900})
        if is_cut_off(page):
            yield f"wider than {width}"


def dress(page: Page, width: int, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})


def is_cut_off(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
