"""The customers' survey page in a real browser: by hand, by keyboard, without scripts, on a narrow screen."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.core.events import drain
from crm.core.registry import registry
from surveys.links import token_of
from surveys.models import Invitation, Response
from tests.factories import create_contact, create_purchase
from tests.fixtures.browser import axe_violations


@pytest.fixture
def invitation(committed_db):
    for install in registry.defaults:
        install()
    purchase = create_purchase(contact=create_contact(), delivered_at=timezone.now() - dt.timedelta(days=7))
    drain()
    return Invitation.objects.get(purchase=purchase)


@pytest.fixture
def url(invitation):
    return f"/s/{token_of(invitation)}/"


def test_a_hand_on_the_page_keeps_the_score_and_send_confirms_it(browser_page, invitation, url):
    browser_page.goto(f"{url}?score=4")
    assert "?score" not in browser_page.url
    assert not Response.objects.filter(invitation=invitation).exists()

    with browser_page.expect_response("**/touch/"):
        browser_page.get_by_role("textbox").click()
    response = Response.objects.get(invitation=invitation)
    assert (response.score, response.state) == (4, "provisional")

    with browser_page.expect_response("**/touch/"):
        browser_page.get_by_role("radio", name="10", exact=True).check(force=True)
    assert browser_page.get_by_label("What did you like best?").is_visible()
    browser_page.get_by_role("textbox").fill("The crew")
    browser_page.get_by_role("button", name="Send").click()
    browser_page.wait_for_url("**/thanks/")
    response.refresh_from_db()
    assert (response.score, response.state, response.comment) == (10, "confirmed", "The crew")


def test_by_keyboard_alone(browser_page, invitation, url):
    browser_page.goto(f"{url}?score=4")
    browser_page.get_by_role("radio", name="4", exact=True).focus()
    browser_page.keyboard.press("ArrowRight")
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.type("Fine")
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/thanks/")

    response = Response.objects.get(invitation=invitation)
    assert (response.score, response.comment) == (5, "Fine")


def test_without_scripts(chromium, live_site, invitation, url):
    with chromium.new_context(base_url=live_site.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{url}?score=0")
        page.get_by_role("button", name="Send").click()
        page.wait_for_url("**/thanks/")

    assert Response.objects.get(invitation=invitation).score == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anyones_way(browser_page, url, scheme):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": 320, "height": 640})
    for path in (f"{url}?score=4", f"{url}details/", "/s/nobody/"):
        browser_page.goto(path)
        assert axe_violations(browser_page) == []
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320

    browser_page.goto(url)
    for cell in browser_page.locator(".scale label").all():
        box = cell.bounding_box()
        assert min(box["width"], box["height"]) >= 44


def test_it_is_light(browser_page, url):
    sizes = []
    browser_page.on("response", lambda response: sizes.append(len(response.body())))
    browser_page.goto(url)
    browser_page.wait_for_load_state("networkidle")

    assert sum(sizes) < 60_000
