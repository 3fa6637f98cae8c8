"""From a first delivery through the shipped sequence: mail, call, mail, and every way out of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from campaigns import defaults
from campaigns.messages import still_wanted, values
from campaigns.services import take_out
from crm.core.events import drain
from crm.core.models import Company
from crm.core.registry import registry
from customers.events import PurchaseStatusChanged
from customers.flows.engine import step_due
from customers.flows.models import Enrolment, Flow, FlowVersion
from customers.flows.services import pause_flow, start_flow
from customers.models import ContentVersion, Message, Task, TimelineEntry
from customers.outreach.letters import Letter
from customers.outreach.rendering import render_version, values_of
from customers.outreach.services import record_consent
from customers.services.accounts import archive_account
from customers.services.contacts import archive_contact
from customers.services.purchases import LineInput, change_status, record_purchase
from tests.campaigns.conftest import NOON
from tests.factories import create_account, create_contact, create_product, create_purchase, create_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def history(enrolment: Enrolment) -> list[str]:
    entries = TimelineEntry.objects.filter(account=enrolment.account, kind__startswith="campaigns.")
    return [str(registry.timeline_kinds[entry.kind].title(entry)) for entry in entries.order_by("at", "pk")]


def mails() -> list[str]:
    nurture = Message.objects.filter(kind="nurture").order_by("pk")
    return list(nurture.values_list("content__slug", flat=True))


def calls() -> list[Task]:
    return list(Task.objects.filter(kind="call"))


def test_it_works(clock, enter):
    enrolment = enter(name="Lincoln High")
    step_due()
    enrolment.refresh_from_db()
    assert (enrolment.due_at, mails()) == (NOON + 10 * DAY, [])

    clock.move_to(NOON + 10 * DAY)
    step_due()
    assert mails() == ["after-delivery-inspect"]

    clock.move_to(NOON + 24 * DAY)
    step_due()
    (call,) = calls()
    assert (call.title, call.owner) == ("Call and ask how it is going", enrolment.account.owner)
    assert call.contact == enrolment.contact

    clock.move_to(NOON + 84 * DAY)
    step_due()
    enrolment.refresh_from_db()
    assert enrolment.due_at == dt.datetime(2026, 5, 26, 9, tzinfo=dt.UTC)  # the next morning

    clock.move_to(enrolment.due_at)
    step_due()
    drain()
    enrolment.refresh_from_db()
    assert mails() == ["after-delivery-inspect", "after-delivery-goes-with"]
    assert enrolment.state == "done"
    assert history(enrolment) == ["Entered “After a first delivery”", "Finished “After a first delivery”"]


def test_only_the_first_delivery_counts(clock, enter):
    enrolment = enter()

    create_purchase(contact=enrolment.contact, delivered_at=NOON)
    drain()

    assert Enrolment.objects.filter(account=enrolment.account).count() == 1


def test_an_order_that_is_not_delivered_does_not_count(clock, flow):
    purchase = create_purchase()
    change_status(purchase=purchase, status="shipped")
    drain()
    assert not Enrolment.objects.exists()

    change_status(purchase=purchase, status="installed")
    drain()
    assert Enrolment.objects.get().reference == purchase.pk


def test_hearing_of_it_twice_changes_nothing(clock, enter):
    enrolment = enter()
    event = PurchaseStatusChanged(
        purchase_id=enrolment.reference,
        account_id=enrolment.account_id,
        contact_id=enrolment.contact_id,
        status="delivered",
        is_first_delivery=True,
    )

    for reaction in registry.reactions[PurchaseStatusChanged]:
        if reaction.__module__ == "campaigns.reactions":
            reaction(event)
    drain()

    assert Enrolment.objects.count() == 1
    assert history(enrolment) == ["Entered “After a first delivery”"]


def test_a_purchase_without_a_person_still_gets_its_call(clock, flow):
    account = create_account(owner=create_user())
    create_purchase(account=account, delivered_at=NOON)
    drain()

    for _ in range(3):
        step_due()
        clock.shift(30 * DAY)
    step_due()

    assert mails() == []
    assert [call.owner for call in calls()] == [account.owner]


def test_waits_count_from_the_delivery(clock, flow):
    create_purchase(delivered_at=NOON - 4 * DAY)
    drain()
    step_due()

    assert Enrolment.objects.get().due_at == NOON + 6 * DAY


@pytest.mark.parametrize(
    ("leave", "words"),
    [
        (
            lambda one: archive_account(account=one.account, actor=one.account.owner),
            "the account was archived",
        ),
        (
            lambda one: archive_contact(contact=one.contact, actor=one.account.owner),
            "the person is not with them any more",
        ),
        (
            lambda one: record_consent(contact=one.contact, topic="care", granted=False, source="test"),
            "they unsubscribed",
        ),
    ],
)
def test_who_leaves_early(clock, enter, leave, words):
    leaver, stays = enter(), enter()
    step_due()

    leave(leaver)
    clock.shift(10 * DAY)
    step_due()
    drain()

    leaver.refresh_from_db()
    stays.refresh_from_db()
    assert (leaver.state, stays.state) == ("exited", "active")
    assert history(leaver)[1:] == [f"Left “After a first delivery”: {words}"]
    assert Message.objects.filter(kind="nurture").count() == 1


def test_who_bought_again_is_spared_the_last_mail_alone(clock, enter):
    enrolment = enter()
    step_due()
    clock.shift(DAY)
    create_purchase(contact=enrolment.contact)

    for days in (9, 14, 61):
        clock.shift(days * DAY)
        step_due()
    drain()

    enrolment.refresh_from_db()
    assert mails() == ["after-delivery-inspect"]
    assert len(calls()) == 1
    assert history(enrolment)[1:] == ["Left “After a first delivery”: they bought again"]


def test_taken_out_by_hand_with_the_reason_on_the_timeline(clock, enter):
    enrolment, user = enter(), create_user()
    step_due()

    assert take_out(enrolment=enrolment, reason=" Asked us to wait. ", whole_account=False, by=user) == 1
    drain()

    entry = TimelineEntry.objects.get(kind="campaigns.left")
    assert (entry.actor, entry.words.text) == (user, "Asked us to wait.")
    assert history(enrolment)[1:] == ["Taken out of “After a first delivery”"]


def test_planned_mail_is_not_wanted_any_more_when_they_left_or_while_paused(clock, enter, flow):
    enrolment = enter()
    step_due()
    clock.shift(10 * DAY)
    step_due()
    message = Message.objects.get(kind="nurture")

    assert still_wanted([message.pk, 0]) == {message.pk}
    pause_flow(flow=flow)
    assert still_wanted([message.pk]) == set()
    start_flow(flow=flow)
    Enrolment.objects.update(state="done", ended_at=NOON)
    assert still_wanted([message.pk]) == {message.pk}
    Enrolment.objects.filter(pk=enrolment.pk).update(state="exited")
    assert still_wanted([message.pk]) == set()


def test_what_a_mail_knows(clock, flow, django_assert_num_queries):
    contact = create_contact()
    lines = [
        LineInput(
            product=create_product(name="Five-row bleacher"), quantity=Decimal(2), unit_price=Decimal(900)
        ),
        LineInput(description="Delivery", quantity=Decimal(1), unit_price=Decimal(50)),
    ]
    purchase = record_purchase(account=contact.account, contact=contact, lines=lines, number="77")
    change_status(purchase=purchase, status="delivered")
    drain()
    step_due()
    clock.shift(10 * DAY)
    step_due()
    message = Message.objects.get(kind="nurture")
    letter = Letter.of(message)
    stray = letter._replace(pk=message.pk + 1, reference=0)

    with django_assert_num_queries(3):
        found = values([letter, stray])

    assert found[message.pk] == {
        "product": "Five-row bleacher",
        "order": {"number": "77"},
        "items": [{"name": "Five-row bleacher", "quantity": "2"}, {"name": "Delivery", "quantity": "1"}],
    }
    assert found[stray.pk] == {"product": "new equipment", "order": {"number": ""}, "items": []}


def test_installing_twice_changes_nothing(flow):
    versions = FlowVersion.objects.count(), ContentVersion.objects.count()

    defaults.install()

    assert (FlowVersion.objects.count(), ContentVersion.objects.count()) == versions
    assert Flow.objects.get(pk=flow.pk).state == "running"


@pytest.mark.parametrize("slug", ["after-delivery-inspect", "after-delivery-goes-with"])
def test_the_mails_read_well_whatever_names_hold(clock, enter, slug):
    enrolment = enter(name="<b>Lincoln</b> {{ links.view }}")
    type(enrolment.contact).objects.update(first_name="{% raise %}<i>\r\nBcc: x")
    step_due()
    clock.shift(10 * DAY)
    step_due()
    message = Message.objects.select_related("account", "contact", "topic").get(kind="nurture")
    version = ContentVersion.objects.get(content__slug=slug)

    found = render_version(version, values_of([Letter.of(message)], Company.load())[message.pk])

    product = enrolment.account.purchases.get().lines.get().product.name
    assert product in found.subject
    assert "{% raise %}&lt;i&gt;" in found.html
    assert "<i>" not in found.html
    assert "Hello {% raise %}<i>" in found.text
    assert "LQ" not in found.html + found.text
