"""Points follow what has become of a purchase that an import brought: it went, came again, lost a return."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from customers.models import Purchase
from loyalty.ledger.earning import still_granted, take_back, taken_back, target
from loyalty.ledger.posting import lock_member, post, repay_debt
from loyalty.ledger.spending import give_back
from loyalty.models import Allocation, Book, Lot, Member, Transfer


@transaction.atomic
def settle(*, purchase_id: int) -> list[Transfer]:
    """Bring what a purchase earned to what it is worth now, which is nothing when it is not there any more.

    Too many points are taken back as for a return, what had been taken back too much is given again; what has
    expired stays expired. Repeating it does nothing. Answers what was posted.
    """
    purchase = Purchase.objects.select_for_update(no_key=True).filter(pk=purchase_id).first()
    lot = Lot.objects.filter(purchase=purchase_id).first()
    if lot is None:
        return []
    member = lock_member(lot.member_id)
    lot.refresh_from_db()
    goal = target(lot, purchase) if purchase else 0
    missing = taken_back(lot) - max(0, lot.amount - goal)
    if missing > 0:
        return [give_again(member, lot, missing)]
    excess = still_granted(lot) - goal
    return take_back(member, lot, excess, key=next_key(lot)) if excess > 0 else []


def next_key(lot: Lot) -> str:
    """The caller holds the member, so that nobody counts at the same time."""
    posted = Transfer.objects.filter(
        Q(kind=Transfer.Kind.RESTORE) | Q(kind=Transfer.Kind.REFUND, return_of=None, leg=0),
        purchase=lot.purchase_id,
    )
    return f"settle:{lot.purchase_id}:{posted.count() + 1}"


def give_again(member: Member, lot: Lot, points: int) -> Transfer:
    """To the lots the points were taken from, pending where they were; what is owed is paid first."""
    transfer = post(
        member,
        Transfer.Kind.RESTORE,
        from_book=Book.ISSUED,
        to_book=Book.ACTIVE if lot.confirmed_at else Book.PENDING,
        amount=points,
        key=next_key(lot),
        purchase_id=lot.purchase_id,
    )
    if lot.confirmed_at is None:
        Allocation.objects.create(transfer=transfer, lot=lot, amount=-points)
    else:
        give_back(transfer, lot)
        repay_debt(transfer)
    return transfer
