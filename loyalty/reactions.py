"""How loyalty answers to what happens elsewhere."""

from __future__ import annotations

from customers.events import DeliveryDateCorrected, PurchaseRecorded, PurchaseStatusChanged, ReturnRecorded
from customers.models import Contact, Purchase, Return
from loyalty import ledger
from loyalty.asking import ask_for_referral
from surveys.events import SurveyAnswered


def give_points(event: PurchaseRecorded) -> None:
    """A purchase earns points, pending until its return window is over."""
    purchase = Purchase.objects.filter(pk=event.purchase_id).first()
    if purchase:
        ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)


def hold_points(event: PurchaseStatusChanged | DeliveryDateCorrected) -> None:
    """The return window counts from the delivery, as its date is known now."""
    purchase = Purchase.objects.filter(pk=event.purchase_id, delivered_at__isnull=False).first()
    if purchase:
        ledger.hold_until_return_window(purchase=purchase)


def take_points_back(event: ReturnRecorded) -> None:
    """What came back has not earned its points."""
    returned = Return.objects.filter(pk=event.return_id).first()
    if returned:
        ledger.refund(idempotency_key=f"return:{returned.pk}", returned=returned)


def ask_promoter(event: SurveyAnswered) -> None:
    """Who would recommend us is asked to whom."""
    contact = Contact.objects.reachable().filter(pk=event.contact_id).first()
    if contact and event.band == "promoter":
        ask_for_referral(contact=contact, response_id=event.response_id)
