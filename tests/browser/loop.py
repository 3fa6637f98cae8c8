"""What happens in the loop, step by step, for the tests that play it through.

A purchase is delivered, the customer answers from the mail, an unhappy answer becomes the owner's task, a
happy one a referral, and the sequence goes on. Of the database only due rows are moved; the rest is pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from django.db.models import QuerySet
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Account, Contact, Enrolment, Message, Product
from surveys.models import Invitation, Survey
from tests.factories import PASSWORD, create_account, create_contact, create_product, create_user
from tests.fixtures.browser import sign_in
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process

PATIENCE = 60  # seconds; beat looks for due rows every 15, and the machine may be busy
LIMITS = {
    "/settings/touch/": {
        "Days between two messages": "0",
        "Messages a day": "50",
        "Survey": "0",
        "Referral ask": "0",
        "Care and safety": "0",
    },
    "/settings/surveys/": {
        "Seconds before a sent answer counts": "0",
        "Seconds after sending in which nobody can have read the mail": "0",
    },
}


@dataclass(frozen=True)
class Cast:
    """Who takes part, and what they buy."""

    account: Account
    dana: Contact
    bleacher: Product


def create_cast() -> Cast:
    create_user(email="ada@ours.example", password=PASSWORD, name="Ada Admin")
    sam = create_user(role="account_manager", email="sam@ours.example", password=PASSWORD, name="Sam Rivera")
    account = create_account(name="Lakeview Unified", owner=sam)
    dana = create_contact(account=account, first_name="Dana", last_name="Whit", email="dana@lakeview.example")
    return Cast(account, dana, create_product(name="Bleacher, 5-row", sku="BL-5R", price=2950))


def play(staff: Page, customer: Page, worker: Process, sink: SmtpSink, cast: Cast) -> None:
    """From a purchase to a referral, two of us in one browser and the customer in another."""
    switch_limits_off(staff)
    sign_in(staff, email="sam@ours.example", password=PASSWORD)

    first = record_delivered_purchase(staff, cast)
    wait_until(worker, enrolments(cast).filter(position=1).exists)
    make_due(enrolments(cast))
    ask_now(worker, cast, first)
    answer_from(customer, survey_mail(sink, first), score=4, comment="The crew came late")
    finish_recovery(staff, worker, first)
    sink.wait_for(to_dana("Inspect your Bleacher, 5-row"), seconds=PATIENCE)

    second = record_delivered_purchase(staff, cast)
    ask_now(worker, cast, second)
    answer_from(customer, survey_mail(sink, second), score=10, comment="Now it is perfect")
    recommend_from(customer, sink.wait_for(to_dana("Who else should"), seconds=PATIENCE))

    wait_until(worker, lambda: not open_messages(cast).exists())
    read_the_account(staff, cast, first, second)


def switch_limits_off(page: Page) -> None:
    """The admin opens the gates in Settings and signs out."""
    sign_in(page, email="ada@ours.example", password=PASSWORD)
    for path, limits in LIMITS.items():
        page.goto(path)
        for label, value in limits.items():
            page.get_by_label(label, exact=True).fill(value)
        if path == "/settings/touch/":
            page.get_by_label("Keep quiet hours").uncheck()
        save(page)
    page.goto(f"/surveys/{Survey.objects.get().pk}/edit/")
    page.get_by_label("Days before the same person is asked again").fill("0")
    save(page)
    page.locator("summary", has_text="Menu of Ada Admin").click()
    page.get_by_role("button", name="Sign out").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def record_delivered_purchase(page: Page, cast: Cast) -> str:
    """Answers the number of the order."""
    page.goto(cast.account.get_absolute_url())
    page.get_by_role("link", name="Order", exact=True).click()
    page.get_by_label("Ordered by").select_option(label=cast.dana.full_name)
    row = page.locator("#line-0")
    row.get_by_label("Product").fill(cast.bleacher.sku)
    row.get_by_label("Product").press("Tab")
    expect(row.get_by_label("Price each")).to_have_value("2950")
    page.get_by_role("button", name="Record the order").click()
    page.get_by_role("button", name="Mark delivered").click()
    expect(page.locator("h1").get_by_text("delivered", exact=False)).to_be_visible()
    return page.locator("h1").inner_text().split("#")[1].split()[0]


def answer_from(page: Page, mail: EmailMessage, *, score: int, comment: str) -> None:
    """The customer clicks a number in the mail, says why, and sends it."""
    open_link(page, mail, str(score))
    expect(page.get_by_role("radio", name=str(score), exact=True)).to_be_checked()
    page.get_by_role("textbox").fill(comment)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def finish_recovery(page: Page, worker: Process, number: str) -> None:
    """The task is on the owner's Today, with the customer's words, and is done with its outcome."""
    row = page.locator("[data-row]", has_text=f"Call Dana Whit about order #{number}")
    wait_until(worker, lambda: page.goto("/") and row.count() == 1)
    expect(row).to_contain_text("“The crew came late”")
    row.get_by_role("button", name="Done").click()
    page.get_by_label("What came of it?").fill("Apologised, crew comes again on Monday")
    row.get_by_role("button", name="Done").click()
    expect(row).to_have_count(0)


def recommend_from(page: Page, mail: EmailMessage) -> None:
    """The customer follows the ask and names somebody."""
    open_link(page, mail, "Name somebody")
    page.get_by_label("Their name").fill("Lee Park")
    page.get_by_label("Their mail address").fill("lee@hillside.example")
    page.get_by_label("Where they work").fill("Hillside Academy")
    page.get_by_label("I have asked this person").check()
    page.get_by_role("button", name="Recommend").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def read_the_account(page: Page, cast: Cast, first: str, second: str) -> None:
    """Every step stands on the one screen."""
    page.goto(cast.account.get_absolute_url())
    timeline = page.get_by_role("region", name="Timeline")
    for number in (first, second):
        expect(timeline).to_contain_text(f"Bought 1 × Bleacher, 5-row, order #{number}")
        expect(timeline).to_contain_text(f"Order #{number} delivered")
        expect(timeline).to_contain_text(f"order #{number}” sent to Dana Whit")
    for words in (
        f"Dana Whit scored 4 after order #{first}",
        "The crew came late",
        f"Done: Call Dana Whit about order #{first}",
        "Apologised, crew comes again on Monday",
        f"Dana Whit scored 10 after order #{second}",
        "Dana Whit is asked for a referral",
        "“Who else should hear from us?” sent to Dana Whit",
        "Dana Whit recommended us",
        "Entered “After a first delivery”",
        "“Inspect your Bleacher, 5-row before the season” sent to Dana Whit",
        "295 points pending",
    ):
        expect(timeline).to_contain_text(words)
    main = page.get_by_role("main")
    for words in ("590 more pending", "Hillside Academy", "next: call", "Called: Apologised"):
        expect(main).to_contain_text(words, ignore_case=True)


def open_link(page: Page, mail: EmailMessage, name: str) -> None:
    """Show the mail and go where one of its links leads."""
    body = mail.get_body(("html",))
    assert body
    page.goto("about:blank")
    page.set_content(body.get_content())
    address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    assert address
    page.goto(address)


def survey_mail(sink: SmtpSink, number: str) -> EmailMessage:
    return sink.wait_for(to_dana(f"One question about order #{number}"), seconds=PATIENCE)


def to_dana(subject: str) -> Callable[[EmailMessage], bool]:
    return lambda mail: (
        mail["X-Envelope-To"] == "dana@lakeview.example" and mail["Subject"].startswith(subject)
    )


def ask_now(worker: Process, cast: Cast, number: str) -> None:
    """Move the question about an order to now, once the worker has planned it."""
    asked = Invitation.objects.filter(account=cast.account, purchase__number=number)
    wait_until(worker, asked.exists)
    make_due(asked)
    make_due(open_messages(cast).filter(kind="survey_invitation"))


def make_due(rows: QuerySet) -> None:
    assert rows.update(due_at=timezone.now()) == 1


def wait_until(worker: Process, ready: Callable[[], object]) -> None:
    worker.wait_until(lambda: bool(ready()), seconds=PATIENCE)


def enrolments(cast: Cast) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(account=cast.account)


def open_messages(cast: Cast) -> QuerySet[Message]:
    return Message.objects.filter(account=cast.account).exclude(state__in=Message.TERMINAL)
