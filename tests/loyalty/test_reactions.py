"""From what happens to what loyalty makes of it, through the outbox."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.core.events import drain, publish
from crm.core.models import Delivery
from crm.core.registry import registry
from customers.models import Account, Contact, Message, TimelineEntry
from customers.services.contacts import archive_contact
from customers.services.privacy import erase_contact, export_contact
from customers.services.purchases import change_status
from customers.services.returns import ReturnLineInput, record_return
from loyalty.models import Lot, Member, ReferralLink
from loyalty.referring import NamedPerson, refer
from surveys.events import SurveyAnswered
from tests.factories import create_account, create_contact, create_purchase, create_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def answered(contact: Contact, *, band: str = "promoter", response_id: int = 1) -> None:
    with transaction.atomic():
        publish(
            SurveyAnswered(
                response_id=response_id,
                invitation_id=1,
                survey_id=1,
                account_id=contact.account_id,
                contact_id=contact.pk,
                purchase_id=None,
                score=10,
                band=band,
            )
        )
    drain()
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()


def titles(account: Account, kind: str) -> list[str]:
    entries = TimelineEntry.objects.filter(account=account, kind=kind).for_reading().order_by("id")
    return [str(registry.timeline_kinds[kind].title(entry)) for entry in entries]


def test_a_purchase_from_order_to_spendable_points():
    account = create_account(parent=create_account(name="Riverside Unified"), kind="location")
    purchase = create_purchase(account=account, unit_price=18_400, ordered_at=timezone.now() - 35 * DAY)
    drain()
    member = Member.objects.get(account__name="Riverside Unified")
    assert member.pending == 1840
    day = timezone.localtime(purchase.ordered_at + 30 * DAY)
    assert titles(account, "loyalty.points_pending") == [
        f"1,840 points pending until {day.day} {day:%b}, order #{purchase.number}"
    ]

    change_status(purchase=purchase, status="delivered", at=timezone.now() - 31 * DAY)
    drain()
    registry.periodic["confirm points"].run()
    member.refresh_from_db()
    assert (member.pending, member.active) == (0, 1840)
    assert titles(account, "loyalty.points_confirmed") == [
        f"1,840 points of order #{purchase.number} can be spent"
    ]

    line = ReturnLineInput(quantity=Decimal(1), unit_price=Decimal(400), description="One goal")
    record_return(account=account, purchase=purchase, lines=[line])
    drain()
    member.refresh_from_db()
    assert member.active == 1800
    assert titles(account, "loyalty.points_taken_back") == [
        f"40 points taken back for what was returned of order #{purchase.number}"
    ]


def test_events_in_another_order_and_twice_come_to_the_same():
    purchase = create_purchase(unit_price=1000, ordered_at=timezone.now() - 9 * DAY)
    line = ReturnLineInput(quantity=Decimal(1), unit_price=Decimal(300), description="Came back")
    record_return(account=purchase.account, purchase=purchase, lines=[line])
    purchase = change_status(purchase=purchase, status="delivered", at=timezone.now() - 2 * DAY)
    for delivery in Delivery.objects.order_by("-id"):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - delivery.pk * DAY)
    drain()
    Delivery.objects.update(state=Delivery.State.PENDING)
    drain()
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
    lot = Lot.objects.get(purchase=purchase)
    assert (lot.amount, lot.remaining) == (70, 70)
    assert purchase.delivered_at
    assert lot.available_at == purchase.delivered_at + 30 * DAY


def test_pending_points_follow_a_corrected_delivery_and_spendable_ones_stay():
    ordered_at = timezone.now() - 90 * DAY
    early, late = (
        create_purchase(unit_price=1000, ordered_at=ordered_at, delivered_at=timezone.now() - days * DAY)
        for days in (40, 10)
    )
    drain()
    registry.periodic["confirm points"].run()
    for purchase in (early, late):
        change_status(purchase=purchase, status="delivered", at=timezone.now() - 5 * DAY)
    drain()
    Delivery.objects.update(state=Delivery.State.PENDING)
    drain()

    late.refresh_from_db()
    assert late.delivered_at
    assert late.lot.available_at == late.delivered_at + 30 * DAY
    assert early.delivered_at
    assert (early.lot.available_at, early.lot.member.active) == (early.delivered_at + 30 * DAY, 100)
    change_status(purchase=late, status="delivered", at=timezone.now() - 31 * DAY)
    drain()
    registry.periodic["confirm points"].run()
    assert Lot.objects.filter(confirmed_at__isnull=False).count() == 2


def test_erasing_a_person_takes_their_referrals_and_leaves_the_points():
    contact = create_contact()
    answered(contact)
    person = NamedPerson(name="Lee", email="lee@lakeview.example", message="They need bleachers.")
    refer(link=contact.referral_link, person=person, consent="Yes", address="192.0.2.7")
    create_purchase(account=contact.account, contact=contact, unit_price=1000)
    drain()
    copy = export_contact(contact=contact)["loyalty.Referral"]
    assert [(row["name"], row["message"], row["consent"]) for row in copy] == [
        ("Lee", "They need bleachers.", "Yes")
    ]
    touched = erase_contact(contact=contact, actor=create_user())
    assert (touched["loyalty.Referral"], touched["loyalty.ReferralLink"]) == (1, 1)
    assert Member.objects.get(account=contact.account).pending == 100


class TestReferralAsk:
    def test_it_works(self):
        contact = create_contact(first_name="Dana")
        answered(contact)
        link = ReferralLink.objects.get(contact=contact)
        message = Message.objects.get()
        assert (message.kind, message.topic_id, message.content.slug) == (
            "referral_ask",
            "referrals",
            "referral-ask",
        )
        assert message.key == f"referral-ask:{contact.pk}:1"
        kind = registry.message_kinds["referral_ask"]
        assert kind.still_wanted([message.pk]) == {message.pk}
        assert kind.values([message]) == {
            message.pk: {"referral": {"link": f"{settings.SITE_URL}/r/{link.code}/"}}
        }
        assert titles(contact.account, "loyalty.referral_asked") == [
            f"{contact.full_name} is asked for a referral"
        ]

    @pytest.mark.parametrize("band", ["passive", "detractor"])
    def test_others_are_not_asked(self, band: str):
        answered(create_contact(), band=band)
        assert not Message.objects.exists()

    def test_once_in_180_days(self):
        contact = create_contact()
        answered(contact)
        answered(contact, response_id=2)
        ReferralLink.objects.update(asked_at=timezone.now() - 179 * DAY)
        answered(contact, response_id=3)
        assert Message.objects.count() == 1
        ReferralLink.objects.update(asked_at=timezone.now() - 181 * DAY)
        answered(contact, response_id=4)
        assert Message.objects.count() == 2

    def test_nobody_without_an_address_is_asked(self):
        answered(create_contact(email=""))
        assert not Message.objects.exists()

    def test_it_is_no_longer_wanted_from_who_answered_or_left(self):
        contacts = [create_contact() for _ in range(3)]
        for response_id, contact in enumerate(contacts, start=1):
            answered(contact, response_id=response_id)
        refer(
            link=contacts[0].referral_link,
            person=NamedPerson(name="Lee", email="lee@lakeview.example"),
            consent="Yes",
            address="",
        )
        archive_contact(contact=contacts[1], actor=create_user())
        wanted = registry.message_kinds["referral_ask"].still_wanted(
            list(Message.objects.values_list("pk", flat=True))
        )
        assert wanted == {Message.objects.get(contact=contacts[2]).pk}
