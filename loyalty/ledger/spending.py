"""Points leave: set aside for a reward, redeemed or given back; and a person's corrections, with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import User
from customers.services import timeline
from loyalty.ledger.dues import expire
from loyalty.ledger.posting import (
    KeyConflict,
    NotEnoughPoints,
    find_posting,
    lock_member,
    post,
    repay_debt,
    take,
)
from loyalty.models import Allocation, Book, Lot, Member, Transfer


@transaction.atomic
def spend(*, idempotency_key: str, member: Member, points: int) -> Transfer:
    """Set points aside, those that expire first before the others. Raises NotEnoughPoints, KeyConflict."""
    if points <= 0:
        raise ValidationError(_("Points to spend must be more than 0."))
    member = lock_member(member.pk)
    if earlier := find_posting(member, idempotency_key, Transfer.Kind.SPEND):
        if earlier[0].amount != points:
            raise KeyConflict(idempotency_key)
        return earlier[0]
    return withdraw(member, Transfer.Kind.SPEND, points, to_book=Book.RESERVED, key=idempotency_key)


def withdraw(
    member: Member,
    kind: Transfer.Kind,
    points: int,
    *,
    to_book: Book,
    key: str,
    actor: User | None = None,
    reason: str = "",
) -> Transfer:
    """Take spendable points of a locked member, after what is past its day has expired."""
    now = timezone.now()
    expire(lots=list(member.lots.spendable().filter(expires_at__lte=now).values_list("pk", flat=True)))
    member.refresh_from_db(fields=["active"])
    if points > member.active:
        raise NotEnoughPoints(member.active)
    transfer = post(
        member,
        kind,
        from_book=Book.ACTIVE,
        to_book=to_book,
        amount=points,
        key=key,
        actor=actor,
        reason=reason,
    )
    take(transfer, member.lots.spendable())
    return transfer


@transaction.atomic
def fulfil(*, spending: Transfer) -> Transfer:
    """What the points were set aside for was handed over. Raises ValidationError when they went back."""
    member = lock_member(spending.member_id)
    key = f"fulfil:{spending.pk}"
    if earlier := find_posting(member, key, Transfer.Kind.FULFIL):
        return earlier[0]
    if find_posting(member, f"cancel:{spending.pk}", Transfer.Kind.CANCEL):
        raise ValidationError(_("These points were given back already."))
    return post(
        member,
        Transfer.Kind.FULFIL,
        from_book=Book.RESERVED,
        to_book=Book.REDEEMED,
        amount=spending.amount,
        key=key,
    )


@transaction.atomic
def cancel(*, spending: Transfer) -> list[Transfer]:
    """Give points back to the lots they came from, with their old expiry; a debt is repaid out of them.

    Where a return took from other lots what this spending had used up, those lots are made whole first.
    """
    member = lock_member(spending.member_id)
    key = f"cancel:{spending.pk}"
    if earlier := find_posting(member, key, Transfer.Kind.CANCEL):
        return earlier
    redeemed = find_posting(member, f"fulfil:{spending.pk}", Transfer.Kind.FULFIL)
    legs = []
    for leg, used in enumerate(spending.allocations.select_related("lot").order_by("id")):
        transfer = post(
            member,
            Transfer.Kind.CANCEL,
            from_book=Book.REDEEMED if redeemed else Book.RESERVED,
            to_book=Book.ACTIVE,
            amount=used.amount,
            key=key,
            leg=leg,
            purchase_id=used.lot.purchase_id,
        )
        give_back(transfer, used.lot)
        legs.append(transfer)
    repay_debt(legs[-1])
    return legs


def give_back(transfer: Transfer, lot: Lot) -> None:
    left = transfer.amount
    rows = []
    for other_id, taken in taken_elsewhere(lot):
        amount = min(left, taken)
        if amount:
            rows.append(Allocation(transfer=transfer, lot_id=other_id, amount=-amount))
            left -= amount
    if left:
        rows.append(Allocation(transfer=transfer, lot=lot, amount=-left))
    Allocation.objects.bulk_create(rows)


def taken_elsewhere(lot: Lot) -> list[tuple[int, int]]:
    """(lot, points) that returns of this lot's purchase took from other lots and that are not back yet."""
    if lot.purchase_id is None:
        return []
    rows = (
        Allocation.objects.filter(transfer__purchase=lot.purchase_id)
        .exclude(lot=lot)
        .values_list("lot")
        .annotate(taken=Sum("amount"))
        .filter(taken__gt=0)
        .order_by("lot")
    )
    return list(rows)


@transaction.atomic
def adjust(*, idempotency_key: str, member: Member, points: int, reason: str, actor: User) -> Transfer:
    """Add or (negative) take points by hand. Raises ValidationError without a reason, and NotEnoughPoints."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why; it stays with the points.")})
    if points == 0:
        raise ValidationError({"points": _("This would change nothing.")})
    member = lock_member(member.pk)
    if earlier := find_posting(member, idempotency_key, Transfer.Kind.ADJUST):
        return earlier[0]
    change = add if points > 0 else remove
    transfer = change(member, abs(points), key=idempotency_key, actor=actor, reason=reason.strip()[:300])
    note_adjustment(transfer, points)
    return transfer


def note_adjustment(transfer: Transfer, points: int) -> None:
    timeline.record(
        account_id=transfer.member.account_id,
        kind="loyalty.points_adjusted",
        actor=transfer.actor,
        link=transfer.member.get_absolute_url(),
        data={"points": points},
        words=transfer.reason,
        key=f"points-adjusted:{transfer.pk}",
    )


def remove(member: Member, points: int, *, key: str, actor: User, reason: str) -> Transfer:
    """Take spendable points by hand."""
    return withdraw(
        member, Transfer.Kind.ADJUST, points, to_book=Book.ADJUSTMENT, key=key, actor=actor, reason=reason
    )


def add(member: Member, points: int, *, key: str, actor: User, reason: str) -> Transfer:
    """Give points by hand that can be spent at once."""
    transfer = post(
        member,
        Transfer.Kind.ADJUST,
        from_book=Book.ADJUSTMENT,
        to_book=Book.ACTIVE,
        amount=points,
        key=key,
        actor=actor,
        reason=reason,
    )
    Lot.objects.create(
        member=member,
        grant=transfer,
        amount=points,
        remaining=points,
        available_at=transfer.at,
        confirmed_at=transfer.at,
        expires_at=member.program.expiry(transfer.at),
    )
    repay_debt(transfer)
    return transfer
