"""Daily work without a mouse: the palette, the log, drafts, and the letters on Today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.core.models import User
from customers.models import Account, Interaction, Task
from tests.factories import PASSWORD, create_account, create_task, create_user
from tests.fixtures.browser import opened_page, sign_in
from tests.fixtures.processes import Site


@pytest.fixture(scope="module")
def sam(committed_db: str) -> User:
    return create_user(role="account_manager", email="sam@ours.example", password=PASSWORD)


@pytest.fixture(scope="module")
def account(sam: User) -> Account:
    return create_account(name="Lakeview Unified", owner=sam)


@pytest.fixture(scope="module")
def page(account: Account, chromium: Browser, live_site: Site) -> Iterator[Page]:
    with opened_page(chromium, live_site) as page:
        sign_in(page, email="sam@ours.example", password=PASSWORD)
        yield page


def test_ctrl_k_three_letters_enter(page, account):
    page.goto("/settings/")
    page.keyboard.press("Control+k")
    page.keyboard.type("lak")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{account.get_absolute_url()}")


def test_l_opens_the_log_and_ctrl_enter_saves(page, account):
    page.goto(account.get_absolute_url())
    page.keyboard.press("l")
    expect(page.get_by_label("What happened?")).to_be_focused()
    page.keyboard.type("They want goals")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("region", name="Timeline")).to_contain_text("They want goals")
    assert Interaction.objects.get(account=account).body == "They want goals"


def test_l_from_elsewhere_opens_the_dialog(page, account):
    page.goto("/customers/")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog", name="Log an interaction")

    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_draft_survives_a_closed_tab(page, account):
    tab = page.context.new_page()
    tab.goto(account.get_absolute_url())
    tab.get_by_label("What happened?").fill("Half a sen")
    tab.close()

    tab = page.context.new_page()
    tab.goto(account.get_absolute_url())
    expect(tab.get_by_label("What happened?")).to_have_value("Half a sen")
    expect(tab.get_by_text("Your draft is back.")).to_be_visible()
    tab.get_by_role("button", name="Discard it").click()
    tab.reload()
    expect(tab.get_by_label("What happened?")).to_have_value("")
    tab.close()


def test_letters_on_today(page, account, sam):
    first, second, third = (
        create_task(account=account, owner=sam, title=f"Call {n}", due_at=timezone.now()) for n in "ABC"
    )
    page.goto("/")
    focused = page.locator("[data-row]:focus-within")
    for key, task in (("j", first), ("j", second), ("k", first)):
        page.keyboard.press(key)
        expect(focused).to_contain_text(task.title)

    page.keyboard.press("d")
    expect(page.locator(f"#task-{first.pk}")).to_have_count(0)
    page.keyboard.press("j")
    expect(focused).to_contain_text(second.title)
    page.keyboard.press("s")
    page.get_by_label("Why later?").fill("On holiday")
    page.keyboard.press("Enter")
    expect(page.locator(f"#task-{second.pk}")).to_have_count(0)
    page.keyboard.press("j")
    expect(focused).to_contain_text(third.title)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{account.get_absolute_url()}")

    assert Task.objects.get(pk=first.pk).state == "done"
    assert Task.objects.get(pk=second.pk).snooze_reason == "On holiday"


def test_the_look_is_a_choice(page, sam):
    page.goto("/profile/")
    page.get_by_label("Look").select_option("dark")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
