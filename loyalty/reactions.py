"""How loyalty answers to what happens elsewhere."""

from __future__ import annotations

from customers.events import (
    DeliveryDateCorrected,
    PurchaseRecorded,
    PurchaseStatusChanged,
    ReturnRecorded,
    RowsTakenBack,
)
from customers.models import Contact, Purchase, Return
from loyalty import ledger
from loyalty.asking import ask_for_referral
from loyalty.models import Lot
from surveys.events import SurveyAnswered


def give_points(event: PurchaseRecorded) -> None:
    """A purchase earns points, pending until its return window is over."""
    purchase = Purchase.objects.filter(pk=event.purchase_id).first()
    if purchase:
        ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)
        ledger.settle(purchase_id=purchase.pk)  # it may have been here before


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
        if returned.purchase_id:
            ledger.settle(purchase_id=returned.purchase_id)  # the return may have been here before


def settle_points(event: RowsTakenBack) -> None:
    """Orders and returns went with their import: what they had earned or cost follows."""
    if event.model != "customers.purchase":
        return
    earned = Lot.objects.filter(purchase_id__in=event.ids).order_by("member_id", "id")
    for purchase_id in earned.values_list("purchase_id", flat=True):
        ledger.settle(purchase_id=purchase_id)


def take_openings_back(event: RowsTakenBack) -> None:
    """What customers had brought along goes with the import that had brought it."""
    if event.model == "loyalty.transfer":
        for transfer_id in event.ids:
            ledger.take_opening_back(transfer_id=transfer_id)


def ask_promoter(event: SurveyAnswered) -> None:
    """Who would recommend us is asked to whom."""
    contact = Contact.objects.reachable().filter(pk=event.contact_id).first()
    if contact and event.band == "promoter":
        ask_for_referral(contact=contact, response_id=event.response_id)
