"""Points for purchases: pending when recorded, dated when delivered, taken back when goods come back."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction
from django.db.models import Q, Sum

from customers.models import Purchase, Return
from customers.services import timeline
from loyalty.ledger.posting import find_posting, lock_member, open_member, post, take
from loyalty.models import Allocation, Book, Lot, Member, Program, Transfer


@transaction.atomic
def earn(*, idempotency_key: str, purchase: Purchase) -> Transfer | None:
    """Give the pending points of a purchase, for what has not come back of it.

    Answers None where there is nothing to give: no running program, imported history, too little spent.
    """
    program = Program.objects.running().filter(slug=Program.MAIN).first()
    purchase = lock_purchase(purchase.pk)
    if program is None or purchase.is_history:
        return None
    member = open_member(program=program, account_id=purchase.account_id)
    if earlier := find_posting(member, idempotency_key, Transfer.Kind.EARN):
        return earlier[0]
    points = program.points_for(eligible_spend(purchase))
    if points == 0 or Lot.objects.filter(purchase=purchase).exists():
        return None
    grant = post(
        member,
        Transfer.Kind.EARN,
        from_book=Book.ISSUED,
        to_book=Book.PENDING,
        amount=points,
        key=idempotency_key,
        purchase=purchase,
    )
    note_pending(open_lot(grant, purchase, program), purchase)
    return grant


def open_lot(grant: Transfer, purchase: Purchase, program: Program) -> Lot:
    """Where the points of a grant wait for the end of the return window."""
    return Lot.objects.create(
        member_id=grant.member_id,
        grant=grant,
        purchase=purchase,
        rate=program.points_per_unit,
        amount=grant.amount,
        remaining=grant.amount,
        available_at=end_of_hold(purchase, program),
    )


def lock_purchase(purchase_id: int) -> Purchase:
    """The purchase as it is now, held against returns and deliveries until the points are posted."""
    return Purchase.objects.select_for_update(no_key=True).get(pk=purchase_id)


def eligible_spend(purchase: Purchase) -> Decimal:
    """What was paid and has not come back, in the installation's currency."""
    back = Return.objects.filter(purchase=purchase).aggregate(total=Sum("total", default=Decimal(0)))
    return max(Decimal(0), purchase.total - back["total"])


def end_of_hold(purchase: Purchase, program: Program) -> dt.datetime:
    """When the return window ends: counted from the delivery, and from the order while there is none."""
    return (purchase.delivered_at or purchase.ordered_at) + dt.timedelta(days=program.hold_days)


def note_pending(lot: Lot, purchase: Purchase) -> None:
    timeline.record(
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        kind="loyalty.points_pending",
        at=purchase.ordered_at,
        link=purchase.get_absolute_url(),
        data={
            "points": lot.amount,
            "until": lot.available_at.isoformat(),
            "order": purchase.number,
        },
        key=f"points-pending:{lot.pk}",
    )


@transaction.atomic
def hold_until_return_window(*, purchase: Purchase) -> bool:
    """Count the return window from the delivery. Answers False where no pending points wait for it."""
    purchase = lock_purchase(purchase.pk)
    lot = Lot.objects.pending().filter(purchase=purchase).select_related("member").first()
    if lot is None:
        return False
    member = lock_member(lot.member_id)
    return bool(
        member.lots.pending().filter(pk=lot.pk).update(available_at=end_of_hold(purchase, member.program))
    )


@transaction.atomic
def refund(*, idempotency_key: str, returned: Return) -> list[Transfer]:
    """Take back the points of what came back: from the purchase's own lot, then from others, then as a debt.

    Target = floor(rate × remaining eligible spend); what was granted above it goes, except what has expired.
    A return that names no purchase takes nothing back.
    """
    if returned.purchase_id is None:
        return []
    purchase = lock_purchase(returned.purchase_id)
    lot = Lot.objects.filter(purchase=purchase).first()
    if lot is None:
        return []
    member = lock_member(lot.member_id)
    if earlier := find_posting(member, idempotency_key, Transfer.Kind.REFUND):
        return earlier
    lot.refresh_from_db()
    excess = still_granted(lot) - target(lot, purchase)
    if excess <= 0:
        return []
    legs = take_back(member, lot, excess, key=idempotency_key, returned=returned)
    note_taken_back(excess, returned, purchase)
    return legs


def target(lot: Lot, purchase: Purchase) -> int:
    """The points that the goods the customer kept are worth, at the rate of the day of purchase."""
    assert lot.rate is not None
    return int((lot.rate * eligible_spend(purchase)).to_integral_value(rounding=ROUND_FLOOR))


def still_granted(lot: Lot) -> int:
    """What a purchase gave, less what was taken back already and what expired."""
    expired = Allocation.objects.filter(lot=lot, transfer__kind=Transfer.Kind.EXPIRE)
    return lot.amount - taken_back(lot) - int(expired.aggregate(n=Sum("amount", default=0))["n"])


def taken_back(lot: Lot) -> int:
    """What was taken back of a purchase's points and not given again."""
    kinds = Transfer.Kind.REFUND, Transfer.Kind.RESTORE
    sums = Transfer.objects.filter(purchase=lot.purchase_id, kind__in=kinds).aggregate(
        taken=Sum("amount", filter=Q(kind=Transfer.Kind.REFUND), default=0),
        restored=Sum("amount", filter=Q(kind=Transfer.Kind.RESTORE), default=0),
    )
    return int(sums["taken"] - sums["restored"])


def take_back(
    member: Member, lot: Lot, excess: int, *, key: str, returned: Return | None = None
) -> list[Transfer]:
    legs: list[Transfer] = []
    left = excess
    if lot.confirmed_at is None:
        sources = [(Book.PENDING, lot.remaining, [lot])]
    else:
        others = member.lots.spendable().exclude(pk=lot.pk)
        sources = [(Book.ACTIVE, member.active, [lot, *others])]
    for book, available, lots in [*sources, (Book.DEBT, left, [])]:
        amount = min(left, available)
        if amount == 0:
            continue
        leg = post(
            member,
            Transfer.Kind.REFUND,
            from_book=book,
            to_book=Book.ISSUED,
            amount=amount,
            key=key,
            leg=len(legs),
            purchase_id=lot.purchase_id,
            return_of=returned,
        )
        if lots:
            take(leg, lots)
        legs.append(leg)
        left -= amount
    return legs


def note_taken_back(points: int, returned: Return, purchase: Purchase) -> None:
    timeline.record(
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        kind="loyalty.points_taken_back",
        at=returned.returned_at,
        link=purchase.get_absolute_url(),
        data={"points": points, "order": purchase.number, "return": returned.number},
        key=f"points-taken-back:{returned.pk}",
    )
