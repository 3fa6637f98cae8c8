"""The company's own sign-in in a real browser: there, back, out again, and those who are not let in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.core.models import User
from tests.factories import create_user
from tests.fixtures.browser import axe_violations, opened_page, sign_out
from tests.fixtures.mail import SmtpSink
from tests.fixtures.openid import SAM, OpenIdProvider
from tests.fixtures.processes import Site, running_site

EVE = {"name": "Eve Elsewhere", "email": "eve@else.example", "email_verified": True}


@pytest.fixture(scope="module")
def site(committed_db: str, smtp_server: SmtpSink, openid_server: OpenIdProvider) -> Iterator[Site]:
    with running_site(email_url=smtp_server.url, **openid_server.settings()) as site:
        yield site


@pytest.fixture(scope="module")
def sam(committed_db: str) -> User:
    return create_user(email=SAM["email"], name="Sam Seller", role="service_rep")


@pytest.fixture
def page(chromium: Browser, site: Site, sam: User, openid_provider: OpenIdProvider) -> Iterator[Page]:
    openid_provider.people = {"s-1": dict(SAM), "e-1": dict(EVE)}
    with opened_page(chromium, site) as page:
        yield page


def go_as(page: Page, who: str) -> None:
    """From the sign-in page to the provider's consent page, and what is chosen there."""
    page.get_by_role("link", name="Fairground Identity").click()
    expect(page.get_by_role("heading", name="Fairground Identity")).to_be_visible()
    page.get_by_role("button", name=who).click()


def test_there_and_back_and_out(page, site):
    page.goto("/customers/?q=a")
    go_as(page, "Sam Seller")
    page.wait_for_url(f"{site.url}/customers/?q=a")

    sign_out(page)
    page.goto("/customers/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    ("who", "heading"),
    [("Eve Elsewhere", "Not let in"), ("Deny", "Not signed in"), ("Sam Seller", "switched off")],
)
def test_those_who_are_not_let_in_are_told_why(page, sam, who, heading):
    User.objects.filter(pk=sam.pk).update(is_active=False)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/accounts/login/")
    go_as(page, who)

    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Back to sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    User.objects.filter(pk=sam.pk).update(is_active=True)
