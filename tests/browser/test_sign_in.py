"""Second factors in a real browser: codes, a passkey of a virtual authenticator, and admins who need one."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from crm.core.models import User
from tests.factories import PASSWORD, create_user
from tests.fixtures.browser import confirm_password, opened_page, sign_in, sign_out
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_site

STEP = 30  # seconds of a code's life (RFC 6238)


def code_at(secret: str, moment: float) -> str:
    """The six digits of RFC 6238 for a secret in base 32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(moment) // STEP), "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@pytest.fixture
def person(committed_db: str) -> Iterator[User]:
    person = create_user(role="service_rep", password=PASSWORD)
    yield person
    person.delete()


def test_a_wrong_password_is_said_so(browser_page, person):
    sign_in(browser_page, email=person.email, password="not the password")

    expect(browser_page.get_by_role("alert")).to_contain_text("not correct")


def test_password_and_code(browser_page, person):
    sign_in(browser_page, email=person.email, password=PASSWORD)
    browser_page.goto("/accounts/2fa/totp/activate/")
    confirm_password(browser_page, password=PASSWORD)
    secret = browser_page.get_by_label("Secret", exact=True).input_value()
    browser_page.get_by_label("Code from the app").fill(code_at(secret, time.time()))
    browser_page.get_by_role("button", name="Set up").click()
    expect(browser_page.get_by_role("status")).to_contain_text("is set up")
    sign_out(browser_page)

    sign_in(browser_page, email=person.email, password=PASSWORD)
    browser_page.wait_for_url("**/2fa/authenticate/**")
    # A code works once; the next one is good already, as clocks differ.
    browser_page.get_by_label("Code").fill(code_at(secret, time.time() + STEP))
    browser_page.get_by_role("button", name="Sign in").click()
    browser_page.wait_for_url("**/")
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("Good")


def test_passkey(browser_page, person):
    browser = browser_page.context.new_cdp_session(browser_page)
    browser.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    sign_in(browser_page, email=person.email, password=PASSWORD)
    browser_page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(browser_page, password=PASSWORD)
    browser_page.get_by_label("Name").fill("My laptop")
    browser_page.get_by_label("Use it as a passkey").check()
    browser_page.get_by_role("button", name="Add", exact=True).click()
    browser_page.wait_for_url("**/recovery-codes/**")
    sign_out(browser_page)

    browser_page.get_by_role("button", name="Sign in with a passkey").click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("Good")


def test_admins_are_sent_to_set_one_up(chromium: Browser, committed_db: str, smtp_server: SmtpSink):
    admin = create_user(password=PASSWORD)
    with (
        running_site(email_url=smtp_server.url, REQUIRE_ADMIN_MFA="1") as site,
        opened_page(chromium, site) as page,
    ):
        sign_in(page, email=admin.email, password=PASSWORD)
        page.wait_for_url("**/accounts/2fa/")
        expect(page.get_by_role("status")).to_contain_text("Admins work only with a second factor")
        page.goto("/customers/")
        page.wait_for_url("**/accounts/2fa/")
