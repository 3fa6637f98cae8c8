"""What every posting is made of: the member's lock, transfers under a key, and lots taken in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Account
from loyalty.models import Allocation, Book, Lot, Member, Program, Transfer


class KeyConflict(Exception):
    """An idempotency key came back asking for something else."""


class NotEnoughPoints(ValidationError):
    """More points were asked for than can be spent, for example because somebody else was faster."""

    def __init__(self, active: int) -> None:
        some = ngettext(
            "There is only %(count)d point to spend.", "There are only %(count)d points to spend.", active
        )
        super().__init__(some % {"count": active} if active else _("There are no points to spend."))


def root_of(account_id: int) -> int:
    """The top account of a tree, for which all accounts below it earn."""
    return Account.objects.values_list("pk", flat=True).get(downward__descendant=account_id, parent=None)


def open_member(*, program: Program, account_id: int) -> Member:
    """The locked member an account earns for, made when it is the first time."""
    root = root_of(account_id)
    Member.objects.bulk_create([Member(program=program, account_id=root)], ignore_conflicts=True)
    return Member.objects.select_for_update(no_key=True).get(program=program, account=root)


def lock_member(member_id: int) -> Member:
    """Wait for the member's turn and read its balances as they are now."""
    members = Member.objects.select_for_update(of=("self",), no_key=True)
    return members.select_related("program").get(pk=member_id)


def find_posting(member: Member, key: str, kind: str) -> list[Transfer]:
    """What was posted under the key, if this is a repeat. Raises KeyConflict when it was something else."""
    legs = list(Transfer.objects.filter(program=member.program_id, key=key).order_by("leg"))
    if any(leg.member_id != member.pk or leg.kind != kind for leg in legs):
        raise KeyConflict(key)
    return legs


def post(
    member: Member,
    kind: Transfer.Kind,
    *,
    from_book: Book,
    to_book: Book,
    amount: int,
    key: str,
    **about: Any,
) -> Transfer:
    return Transfer.objects.create(
        program_id=member.program_id,
        member=member,
        kind=kind,
        from_book=from_book,
        to_book=to_book,
        amount=amount,
        key=key,
        **about,
    )


def take(transfer: Transfer, lots: Iterable[Lot]) -> None:
    """Allocate all points of a transfer to lots, in the order given."""
    left = transfer.amount
    rows = []
    for lot in lots:
        if left == 0:
            break
        amount = min(left, lot.remaining)
        if amount:
            rows.append(Allocation(transfer=transfer, lot=lot, amount=amount))
            left -= amount
    assert left == 0, f"lots of member {transfer.member_id} do not add up to its balance"
    Allocation.objects.bulk_create(rows)


def repay_debt(because: Transfer) -> None:
    """Use points that have just come in to pay what an earlier return took too much."""
    member = Member.objects.get(pk=because.member_id)
    amount = min(member.debt, member.active)
    if amount:
        repayment = post(
            member,
            Transfer.Kind.REPAY,
            from_book=Book.ACTIVE,
            to_book=Book.DEBT,
            amount=amount,
            key=f"repay:{because.pk}",
        )
        take(repayment, member.lots.spendable())
