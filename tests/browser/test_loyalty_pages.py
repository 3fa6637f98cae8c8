"""The referral form in a real browser, and every page of loyalty as axe and a narrow screen see it."""

import pytest
from django.test import Client

from loyalty import ledger
from loyalty.asking import link_of
from loyalty.models import Member, Program, Referral
from tests.factories import create_account, create_contact, create_user
from tests.fixtures.browser import axe_violations


@pytest.fixture
def link(committed_db):
    return link_of(create_contact(account=create_account(name="Riverside Unified"), first_name="Dana"))


@pytest.fixture
def member(link):
    member = Member.objects.create(program=Program.objects.main(), account=link.contact.account)
    ledger.adjust(idempotency_key=link.code, member=member, points=250, reason="Welcome", actor=create_user())
    return member


def fill_in(page, email):
    page.get_by_label("Their name").fill("Lee Park")
    page.get_by_label("Their mail address").fill(email)
    page.get_by_label("I have asked this person").check()
    page.get_by_role("button", name="Recommend").click()
    page.wait_for_url("**/thanks/")


def test_only_a_hand_on_the_page_is_a_click(browser_page, link):
    browser_page.goto(link.get_absolute_url())
    browser_page.evaluate("document.dispatchEvent(new PointerEvent('pointerdown'))")
    assert not link.referrals.exists()

    with browser_page.expect_response("**/touch/"):
        browser_page.get_by_label("Their name").click()
    assert link.referrals.get().state == "clicked"
    fill_in(browser_page, "lee@lakeview.example")
    assert link.referrals.get().state == "bound"
    browser_page.get_by_role("link", name="Name somebody else").click()
    assert browser_page.get_by_label("Their name").input_value() == ""


def test_without_scripts(chromium, live_site, link):
    context = chromium.new_context(base_url=live_site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(link.get_absolute_url())
    fill_in(page, "ann@lakeview.example")
    assert link.referrals.get().state == "bound"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_is_cut_off(browser_page, live_site, link, member, width, scheme):
    Referral.objects.get_or_create(link=link, account=member.account)
    client = Client()
    client.force_login(create_user())
    session = client.cookies["perennial_session"].value
    browser_page.context.add_cookies([{"name": "perennial_session", "value": session, "url": live_site.url}])
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": 900})
    statement, form = member.get_absolute_url(), link.get_absolute_url()
    staff = ["/loyalty/", "/loyalty/program/", "/loyalty/referrals/", statement, f"{statement}adjust/"]
    for path in [*staff, form, f"{form}thanks/", "/r/NOSUCHCODE/"]:
        browser_page.goto(path)
        assert axe_violations(browser_page) == [], path
        assert not browser_page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
