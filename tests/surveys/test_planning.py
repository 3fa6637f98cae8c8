"""Who is asked, when, and when not."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from crm.core.events import drain
from crm.core.models import Delivery
from customers.models import Message, Purchase
from customers.services.purchases import change_status
from customers.services.returns import ReturnLineInput, record_return
from surveys.links import hash_token, token_of
from surveys.messages import still_wanted
from surveys.models import Invitation
from surveys.services.planning import expire_invitations, plan_invitations, settle_invitation
from surveys.services.programs import change_state
from tests.factories import create_account, create_contact, create_purchase

pytestmark = pytest.mark.django_db


def message_of(invitation):
    return Message.objects.get(kind="survey_invitation", reference=invitation.pk)


def is_wanted(invitation):
    return bool(still_wanted([message_of(invitation).pk]))


def deliver(**fields):
    purchase = create_purchase(**{"delivered_at": timezone.now(), **fields})
    drain()
    return purchase


def test_it_works(survey):
    purchase = deliver(contact=create_contact())

    invitation = Invitation.objects.get(purchase=purchase)
    assert invitation.contact == purchase.contact
    assert invitation.due_at == purchase.delivered_at + dt.timedelta(days=7)
    assert message_of(invitation).due_at == invitation.due_at
    assert is_wanted(invitation)


def test_the_token_is_kept_as_a_hash_only(survey, settings):
    invitation = Invitation.objects.get(purchase=deliver(contact=create_contact()))
    token = token_of(invitation)

    assert len(token) == 22
    assert invitation.token_hash == hash_token(token)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that came after"
    assert token_of(invitation) == token


def test_ordered_and_shipped_are_not_asked_about(survey):
    purchase = create_purchase(contact=create_contact())
    change_status(purchase=purchase, status="shipped")
    drain()

    assert not Invitation.objects.exists()


def test_delivery_reported_twice_asks_once(survey):
    purchase = deliver(contact=create_contact())
    plan_invitations(purchase=purchase)
    change_status(purchase=purchase, status="installed")
    drain()

    assert Invitation.objects.filter(purchase=purchase).count() == 1


def test_imported_history_is_not_asked_about(survey):
    purchase = create_purchase(contact=create_contact(), delivered_at=timezone.now())
    Purchase.objects.filter(pk=purchase.pk).update(is_history=True)
    drain()

    assert not Invitation.objects.exists()


def test_a_delivery_of_long_ago_is_not_asked_about(survey):
    deliver(contact=create_contact(), delivered_at=timezone.now() - dt.timedelta(days=40))

    assert not Invitation.objects.exists()


def test_without_a_buyer_the_nearest_champion_is_asked(survey):
    district = create_account()
    school = create_account(parent=district, kind="location")
    create_contact(account=district, roles=["champion"])
    create_contact(account=school, roles=["user"])
    champion = create_contact(account=school, roles=["champion"])

    assert Invitation.objects.get(purchase=deliver(account=school)).contact == champion


def test_a_buyer_without_an_address_is_replaced_from_above(survey):
    district = create_account()
    school = create_account(parent=district, kind="location")
    user = create_contact(account=district, roles=["user"])
    buyer = create_contact(account=school, email="")

    assert Invitation.objects.get(purchase=deliver(account=school, contact=buyer)).contact == user


def test_nobody_to_ask(survey):
    deliver(account=create_account())

    assert not Invitation.objects.exists()


def test_the_same_person_is_not_asked_again_too_soon(survey):
    contact = create_contact()
    deliver(contact=contact)
    deliver(contact=contact)
    assert Invitation.objects.filter(contact=contact).count() == 1

    Invitation.objects.update(due_at=timezone.now() - dt.timedelta(days=survey.one_per_days))
    deliver(contact=contact)
    assert Invitation.objects.filter(contact=contact).count() == 2


def test_not_wanted_when_everything_came_back(survey):
    purchase = deliver(contact=create_contact(), quantity=2)
    invitation = Invitation.objects.get(purchase=purchase)
    line = purchase.lines.get()

    record_return(
        account=purchase.account,
        purchase=purchase,
        lines=[ReturnLineInput(quantity=Decimal(1), purchase_line=line)],
    )
    assert is_wanted(invitation)
    record_return(
        account=purchase.account,
        purchase=purchase,
        lines=[ReturnLineInput(quantity=Decimal(1), purchase_line=line)],
    )
    assert not is_wanted(invitation)


def test_not_wanted_while_paused(survey):
    invitation = Invitation.objects.get(purchase=deliver(contact=create_contact()))

    survey = change_state(survey=survey, state="paused")
    assert not is_wanted(invitation)
    change_state(survey=survey, state="running")
    assert is_wanted(invitation)


def test_the_invitation_follows_its_mail(survey):
    sent = Invitation.objects.get(purchase=deliver(contact=create_contact()))
    refused = Invitation.objects.get(purchase=deliver(contact=create_contact()))
    settle_invitation(invitation_id=sent.pk, state="sent", reason="", at=timezone.now())
    settle_invitation(invitation_id=refused.pk, state="refused", reason="no consent", at=None)

    sent.refresh_from_db()
    refused.refresh_from_db()
    assert sent.state == "open"
    assert sent.sent_at
    assert sent.expires_at == sent.sent_at + dt.timedelta(days=30)
    assert (refused.state, refused.reason) == ("cancelled", "no consent")


def test_expired_after_its_days(survey, ask, clock):
    asked = ask()
    assert expire_invitations() == 0

    clock.shift(dt.timedelta(days=31))
    assert not is_wanted(asked.invitation)
    assert expire_invitations() == 1
    asked.invitation.refresh_from_db()
    assert asked.invitation.state == "expired"


class TestCorrectedDelivery:
    def correct(self, purchase, days):
        """It was delivered so many days later than was said."""
        drain()
        assert purchase.delivered_at
        at = purchase.delivered_at + dt.timedelta(days=days)
        change_status(purchase=purchase, status="delivered", at=at)
        drain()
        return at

    @pytest.mark.parametrize("days", [-2, -20])
    def test_what_waits_follows(self, survey, days):
        purchase = deliver(contact=create_contact(), ordered_at=timezone.now() - dt.timedelta(days=60))

        at = self.correct(purchase, days)

        invitation = Invitation.objects.get(purchase=purchase)
        assert invitation.due_at == message_of(invitation).due_at == at + dt.timedelta(days=7)
        assert message_of(invitation).state == "planned"

    def test_in_another_order_and_twice_it_comes_to_the_same(self, survey):
        contact, ordered_at = create_contact(), timezone.now() - dt.timedelta(days=60)
        at = timezone.now() - dt.timedelta(days=5)
        purchase = create_purchase(contact=contact, ordered_at=ordered_at, delivered_at=timezone.now())
        change_status(purchase=purchase, status="delivered", at=at)
        for delivery in Delivery.objects.all():
            due_at = timezone.now() - dt.timedelta(days=delivery.pk)
            Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at)
        drain()
        Delivery.objects.update(state=Delivery.State.PENDING)
        drain()

        assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
        invitation = Invitation.objects.get(purchase=purchase)
        assert invitation.due_at == message_of(invitation).due_at == at + dt.timedelta(days=7)

    def test_what_was_sent_stays_sent(self, survey):
        purchase = deliver(contact=create_contact(), ordered_at=timezone.now() - dt.timedelta(days=60))
        invitation = Invitation.objects.get(purchase=purchase)
        settle_invitation(invitation_id=invitation.pk, state="sent", reason="", at=timezone.now())

        self.correct(purchase, -3)

        invitation.refresh_from_db()
        assert invitation.due_at == purchase.delivered_at + dt.timedelta(days=7)

    def test_what_is_on_its_way_out_keeps_its_day(self, survey):
        purchase = deliver(contact=create_contact(), ordered_at=timezone.now() - dt.timedelta(days=60))
        lease = {"lease": uuid4(), "lease_until": timezone.now()}
        Message.objects.update(state=Message.State.CLAIMED, **lease)

        self.correct(purchase, -3)

        invitation = Invitation.objects.get(purchase=purchase)
        assert (
            invitation.due_at == message_of(invitation).due_at == purchase.delivered_at + dt.timedelta(days=7)
        )

    def test_a_delivery_of_long_ago_is_not_asked_about(self, survey):
        purchase = deliver(contact=create_contact(), ordered_at=timezone.now() - dt.timedelta(days=90))

        self.correct(purchase, -80)

        invitation = Invitation.objects.get(purchase=purchase)
        assert (invitation.state, message_of(invitation).state) == ("cancelled", "refused")

    def test_a_delivery_that_is_not_so_long_ago_is_asked_about(self, survey):
        ago = timezone.now() - dt.timedelta(days=80)
        purchase = deliver(contact=create_contact(), delivered_at=ago)
        assert not Invitation.objects.exists()

        at = self.correct(purchase, 79)

        assert Invitation.objects.get(purchase=purchase).due_at == at + dt.timedelta(days=7)
