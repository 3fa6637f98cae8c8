"""The brand colour, worn by the page while it is chosen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.factories import PASSWORD, create_user
from tests.fixtures.browser import sign_in

BRAND = "getComputedStyle(document.documentElement).getPropertyValue('--perennial-brand')"


def test_a_colour_is_shown_before_it_is_saved(browser_page):
    page = browser_page
    sign_in(page, email=create_user(password=PASSWORD).email, password=PASSWORD)
    page.goto("/settings/brand/")
    hint, next_field = page.locator("#id_colour_helptext"), page.get_by_label("Sender name")
    expect(hint).to_contain_text("Buttons and links use it")
    place = next_field.bounding_box()

    page.get_by_label("Brand colour").fill("#f0d040")

    expect(hint).to_contain_text("hardly stand out from a light page")
    assert page.evaluate(BRAND) == "#f0d040"
    assert next_field.bounding_box() == place, "nothing jumps"
    page.reload()
    assert page.evaluate(BRAND) == "#0f766e"
