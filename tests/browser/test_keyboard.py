"""Daily work without a mouse: the palette, the log, drafts, and the letters on Today."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.core.models import User
from customers.flows.services import ensure_flow
from customers.models import Account, Interaction, Task
from customers.services.interactions import log_interaction
from tests.factories import PASSWORD, create_account, create_contact, create_task, create_user
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


def test_the_palette_says_how_much_it_found_and_gives_the_focus_back(page, account):
    page.goto("/customers/")
    page.get_by_role("link", name="Today").first.focus()
    page.keyboard.press("Control+k")
    said = page.locator("#palette [role=status]")
    expect(said).to_have_text(re.compile(r"^\d+ lines$"))
    page.keyboard.type("lak")
    expect(said).to_have_text("1 line")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "palette-1-1")
    page.keyboard.type("zzz")
    expect(said).to_have_text("Nothing found")
    expect(page.get_by_role("combobox")).not_to_have_attribute("aria-activedescendant", re.compile("."))

    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("link", name="Today").first).to_be_focused()


def test_the_arrow_keys_go_round_the_palette(page, account):
    page.goto("/customers/")
    page.keyboard.press("Control+k")
    chosen = page.locator("#palette [aria-selected=true]")
    lines = page.locator("#palette [role=option]")
    expect(chosen).to_have_count(1)
    first, last = lines.first.get_attribute("id"), lines.last.get_attribute("id")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_attribute("id", str(last))
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_attribute("id", str(first))
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()


def test_people_are_mentioned_by_keys_alone(page, sam):
    contact = create_contact(account=create_account(owner=sam), first_name="Mirella", last_name="Ost")
    page.goto(contact.account.get_absolute_url())
    page.keyboard.press("l")
    page.keyboard.type("Asked @Mir")
    expect(page.locator("[data-suggestions-status]")).to_contain_text("Enter takes one")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What happened?")).to_have_value("Asked @Mirella Ost ")
    expect(page.locator("[data-suggestions-status]")).to_be_empty()
    page.keyboard.type("about seats")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("about seats")

    assert list(Interaction.objects.get(body__contains="about seats").contacts.all()) == [contact]


def test_letters_move_through_a_table_inside_a_card(page, account):
    for slug in ("first", "second"):
        ensure_flow(slug=slug, name=f"The {slug}", description="", steps=[], exits=[])
    page.goto("/campaigns/")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(number).locator("[data-row-link]")).to_be_focused()


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


def test_a_draft_keeps_who_was_picked(page, sam):
    """The person of last time is picked by the server, which a draft must bear, too."""
    contact = create_contact(account=create_account(owner=sam), first_name="Nora", last_name="Quay")
    log_interaction(account=contact.account, author=sam, channel="call", body="Hello", contacts=[contact])
    page.goto(contact.account.get_absolute_url())
    page.get_by_label("What happened?").fill("Half a sen")
    page.reload()
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove @Nora Quay")).to_have_count(1)
    page.keyboard.press("l")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Half a sen")

    assert list(Interaction.objects.get(body="Half a sen").contacts.all()) == [contact]


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
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")  # at once
    page.reload()
    expect(page.locator("html")).not_to_have_attribute("data-bs-theme", "dark")
    page.get_by_label("Look").select_option("dark")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
