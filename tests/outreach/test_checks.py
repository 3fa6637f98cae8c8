"""Each check of a claim, their order, and what is put off until when."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from crm.core.models import OutboxEvent
from customers.models import Contact, ContactTouch, Message, Suppression, Touch
from customers.outreach.claiming import claim
from customers.outreach.services import (
    change_touch_rules,
    pause_contact,
    record_consent,
    suppress,
)
from customers.services.contacts import archive_contact
from customers.services.privacy import erase_contact
from tests.factories import create_contact, create_user
from tests.outreach.conftest import NOON, Planner, plan

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def after_claim(message: Message) -> tuple[str, str]:
    claim()
    message.refresh_from_db()
    return message.state, message.reason


def touch(contact: Contact, *, ago: dt.timedelta, kind: str = "note") -> None:
    """A message that went out some time ago."""
    earlier = plan(contact=contact, kind=kind)
    at = timezone.now() - ago
    Message.objects.filter(pk=earlier.pk).update(state="sent", sent_at=at, due_at=at)
    Touch.objects.create(contact=contact, message=earlier, kind=kind, at=at)


def test_it_works(outreach: Planner) -> None:
    message = plan()
    assert after_claim(message) == ("claimed", "")
    assert message.lease is not None
    assert Touch.objects.get().message == message


def test_only_what_is_due(outreach: Planner) -> None:
    message = plan(due_at=timezone.now() + DAY)
    assert after_claim(message) == ("planned", "")


def test_suppressed_in_whatever_case(outreach: Planner) -> None:
    message = plan(contact=create_contact(email="Dana@Customer.Example"))
    suppress(address="DANA@customer.example", reason=Suppression.Reason.BOUNCE)
    assert after_claim(message) == ("refused", "suppressed")
    assert not Touch.objects.exists()
    event = OutboxEvent.objects.get(name="customers.message_settled")
    assert (event.payload["state"], event.payload["reason"]) == ("refused", "suppressed")


def test_transactional_kinds_never_skip_suppression(outreach: Planner) -> None:
    message = plan(kind="ticket")
    suppress(address=message.contact.email, reason=Suppression.Reason.COMPLAINT)
    assert after_claim(message) == ("refused", "suppressed")


def test_customer_topics_end_with_a_no(outreach: Planner) -> None:
    message = plan()
    record_consent(contact=message.contact, topic="care", granted=False, source="test")
    assert after_claim(message) == ("refused", "no_consent")


def test_opt_in_topics_need_a_yes(outreach: Planner) -> None:
    asked, silent = plan(kind="club"), plan(kind="club")
    record_consent(contact=asked.contact, topic="news", granted=True, source="test")
    assert after_claim(asked) == ("claimed", "")
    assert after_claim(silent) == ("refused", "no_consent")


def test_a_pause_holds_for_all_but_service(outreach: Planner) -> None:
    contact = create_contact()
    pause_contact(contact=contact, days=30)
    ticket, note = plan(contact=contact, kind="ticket"), plan(contact=contact)
    assert after_claim(ticket) == ("claimed", "")
    assert after_claim(note) == ("refused", "paused")


def test_a_pause_ends(outreach: Planner, clock: time_machine.Traveller) -> None:
    contact = create_contact()
    pause_contact(contact=contact, days=30)
    clock.shift(31 * DAY)
    assert after_claim(plan(contact=contact)) == ("claimed", "")


def test_no_longer_wanted(outreach: Planner) -> None:
    message = plan()
    outreach.unwanted.add(message.pk)
    assert after_claim(message) == ("refused", "not_wanted")


def test_an_app_that_fails_to_say_holds_up_only_its_own(
    outreach: Planner, clock: time_machine.Traveller
) -> None:
    message = plan()
    outreach.broken = True
    assert after_claim(message) == ("planned", "undecided")
    assert message.due_at == NOON + dt.timedelta(minutes=5)


def test_without_address_or_archived(outreach: Planner) -> None:
    nameless, gone = create_contact(email=""), create_contact()
    archive_contact(contact=gone, actor=create_user())
    assert after_claim(plan(contact=nameless)) == ("refused", "no_address")
    assert after_claim(plan(contact=gone)) == ("refused", "archived")


def test_nothing_waits_for_the_erased(outreach: Planner) -> None:
    message = plan()
    erase_contact(contact=message.contact, actor=create_user())
    assert after_claim(message) == ("refused", "no_address")
    assert not record_consent(contact=message.contact, topic="news", granted=False, source="page").granted


def test_gap_since_anything(outreach: Planner, clock: time_machine.Traveller) -> None:
    change_touch_rules(gap_days=3)
    contact = create_contact()
    touch(contact, ago=DAY, kind="tip")
    message = plan(contact=contact)
    assert after_claim(message) == ("planned", "gap")
    assert message.due_at == NOON + 2 * DAY
    clock.move_to(message.due_at)
    assert after_claim(message) == ("claimed", "")


def test_gap_of_its_own_kind(outreach: Planner, clock: time_machine.Traveller) -> None:
    change_touch_rules(kind_gaps={"note": 30})
    contact = create_contact()
    touch(contact, ago=10 * DAY)
    touch(contact, ago=DAY, kind="tip")
    message = plan(contact=contact)
    assert after_claim(message) == ("planned", "kind_gap")
    assert message.due_at == NOON + 20 * DAY


def test_yearly_cap_is_final(outreach: Planner, clock: time_machine.Traveller) -> None:
    change_touch_rules(yearly_cap=2)
    contact = create_contact()
    touch(contact, ago=364 * DAY)
    touch(contact, ago=100 * DAY)
    assert after_claim(plan(contact=contact)) == ("refused", "yearly_cap")
    clock.shift(2 * DAY)
    assert after_claim(plan(contact=contact)) == ("claimed", "")


def test_daily_cap_counts_the_contacts_own_day(outreach: Planner, clock: time_machine.Traveller) -> None:
    change_touch_rules(daily_cap=1)
    contact = create_contact(time_zone="Pacific/Auckland")  # 01:00 on Tuesday there
    touch(contact, ago=dt.timedelta(hours=2))  # on Monday there
    assert after_claim(plan(contact=contact)) == ("claimed", "")
    second = plan(contact=contact)
    assert after_claim(second) == ("planned", "daily_cap")
    assert second.due_at == dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)  # midnight to Wednesday there


def test_transactional_kinds_skip_fatigue_and_book_nothing(
    outreach: Planner, clock: time_machine.Traveller
) -> None:
    change_touch_rules(gap_days=9, yearly_cap=0, daily_cap=0, quiet_hours=True, quiet_from="11:00")
    ticket = plan(kind="ticket")
    assert after_claim(ticket) == ("claimed", "")
    assert not Touch.objects.exists()


def test_one_message_per_contact_and_claim_service_first(outreach: Planner) -> None:
    contact = create_contact()
    note, tip, ticket = (
        plan(contact=contact),
        plan(contact=contact, kind="tip"),
        plan(contact=contact, kind="ticket"),
    )
    assert claim().message_ids == [ticket.pk]
    assert claim().message_ids == [note.pk]
    assert claim().message_ids == [tip.pk]
    assert claim().looked_at == 0


def test_a_paused_kind_holds_up_nobody(outreach: Planner) -> None:
    """However many of it are due, and for however long."""
    contact = create_contact()
    long_due = timezone.now() - DAY
    held = [plan(contact=contact, due_at=long_due).pk for _ in range(5)]
    other = plan(contact=contact, kind="tip")
    assert claim(["note"], at_most=1).message_ids == [other.pk]
    assert claim(["note"]).looked_at == 0
    assert claim(at_most=1).message_ids == held[:1]


def test_what_serves_them_overtakes_campaigns(outreach: Planner) -> None:
    for _ in range(5):
        plan(due_at=timezone.now() - DAY)
    ticket = plan(kind="ticket")
    assert claim(at_most=1).message_ids == [ticket.pk]


def test_every_contact_can_be_locked(db: None) -> None:
    assert ContactTouch.objects.filter(contact=create_contact(), paused_until=None).exists()


def test_the_order_of_the_checks(outreach: Planner, clock: time_machine.Traveller) -> None:
    """Everything is against this message; as each hindrance is taken away, the next one is named."""
    change_touch_rules(
        gap_days=3, kind_gaps={"note": 5}, yearly_cap=1, daily_cap=0, quiet_hours=True, quiet_from="11:00"
    )
    contact = create_contact()
    touch(contact, ago=DAY)
    suppress(address=contact.email, reason=Suppression.Reason.MANUAL)
    record_consent(contact=contact, topic="care", granted=False, source="test")
    pause_contact(contact=contact, days=30)
    outreach.unwanted = set(range(1, 10_000_000))

    def reason() -> str:
        return after_claim(plan(contact=contact))[1]

    assert reason() == "suppressed"
    Suppression.objects.all().delete()
    assert reason() == "no_consent"
    record_consent(contact=contact, topic="care", granted=True, source="test")
    assert reason() == "paused"
    pause_contact(contact=contact, days=0)
    assert reason() == "not_wanted"
    outreach.unwanted = set()
    assert reason() == "gap"
    change_touch_rules(gap_days=0)
    assert reason() == "kind_gap"
    change_touch_rules(kind_gaps={})
    assert reason() == "yearly_cap"
    change_touch_rules(yearly_cap=9)
    assert reason() == "quiet_hours"
    change_touch_rules(quiet_hours=False)
    assert reason() == "daily_cap"
    change_touch_rules(daily_cap=9)
    assert reason() == ""


def test_an_app_nobody_registers_any_more(outreach: Planner) -> None:
    message = plan()
    Message.objects.filter(pk=message.pk).update(kind="retired")
    assert after_claim(message) == ("refused", "not_wanted")


def test_statements_per_claim(outreach: Planner, django_assert_max_num_queries: object) -> None:
    for _ in range(40):
        plan()
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert len(claim().message_ids) == 40
