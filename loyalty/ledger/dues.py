"""What the calendar does to points: pending ones become spendable, old ones expire. Set-based."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from customers.services import timeline
from loyalty.ledger.posting import repay_debt
from loyalty.models import Lot, Member, Transfer

BATCH = 500
BATCHES_A_RUN = 40

CONFIRM = """
    WITH confirmed AS (
        UPDATE loyalty_lot l
        SET confirmed_at = %(now)s,
            expires_at = %(now)s::timestamptz + make_interval(months => p.expiry_months)
        FROM loyalty_member m JOIN loyalty_program p ON p.id = m.program_id
        WHERE m.id = l.member_id AND l.confirmed_at IS NULL
          AND l.id = ANY(%(lots)s) AND m.id = ANY(%(members)s)
        RETURNING l.id, l.member_id, l.purchase_id, l.remaining, m.program_id
    )
    INSERT INTO loyalty_transfer
        (program_id, member_id, from_book, to_book, amount, kind, key, leg, at, purchase_id, reason)
    SELECT program_id, member_id, 'pending', 'active', remaining, 'confirm', 'confirm:' || id, 0, %(now)s,
           purchase_id, ''
    FROM confirmed WHERE remaining > 0
    RETURNING id
"""

EXPIRE = """
    WITH gone AS MATERIALIZED (
        SELECT l.id, l.member_id, l.purchase_id, l.remaining, m.program_id,
               'expire:' || l.id || ':' || 1 + (
                   SELECT count(*) FROM loyalty_allocation a JOIN loyalty_transfer t ON t.id = a.transfer_id
                   WHERE a.lot_id = l.id AND t.kind = 'expire'
               ) AS key
        FROM loyalty_lot l JOIN loyalty_member m ON m.id = l.member_id
        WHERE l.id = ANY(%(lots)s) AND m.id = ANY(%(members)s)
          AND l.confirmed_at IS NOT NULL AND l.remaining > 0 AND l.expires_at <= %(now)s
    ), posted AS (
        INSERT INTO loyalty_transfer
            (program_id, member_id, from_book, to_book, amount, kind, key, leg, at, purchase_id, reason)
        SELECT program_id, member_id, 'active', 'breakage', remaining, 'expire', key, 0, %(now)s,
               purchase_id, ''
        FROM gone
        RETURNING id, program_id, key
    )
    INSERT INTO loyalty_allocation (transfer_id, lot_id, amount)
    SELECT posted.id, gone.id, gone.remaining FROM posted JOIN gone USING (program_id, key)
    RETURNING transfer_id
"""


@transaction.atomic
def confirm(*, lots: Collection[int]) -> int:
    """Make pending lots spendable now. Answers how many; those of busy members wait for the next time."""
    transfers = run_for_lots(CONFIRM, lots)
    note_confirmed(transfers)
    in_debt: dict[int, Transfer] = {}
    for transfer in transfers:
        if transfer.member.debt:
            in_debt.setdefault(transfer.member_id, transfer)
    for transfer in in_debt.values():
        repay_debt(transfer)
    return len(transfers)


def confirm_due() -> int:
    """Confirm the points of delivered purchases whose return window is over. Answers how many lots."""

    def due(now: dt.datetime) -> Any:
        delivered = Lot.objects.pending().filter(available_at__lte=now, purchase__delivered_at__isnull=False)
        return delivered.order_by("available_at", "id")

    return in_batches(due, lambda lots: confirm(lots=lots))


@transaction.atomic
def expire(*, lots: Collection[int]) -> int:
    """Post what is left of lots past their day to breakage, restored points again. Answers how many."""
    transfers = run_for_lots(EXPIRE, lots)
    timeline.record_many(
        [
            timeline.NewEntry(
                account_id=transfer.member.account_id,
                kind="loyalty.points_expired",
                at=transfer.at,
                link=transfer.member.get_absolute_url(),
                data={"points": transfer.amount},
                key=f"points-expired:{transfer.pk}",
            )
            for transfer in transfers
        ]
    )
    return len(transfers)


def expire_due() -> int:
    """Expire every lot past its day. Answers how many."""

    def due(now: dt.datetime) -> Any:
        old = Lot.objects.filter(confirmed_at__isnull=False, remaining__gt=0, expires_at__lte=now)
        return old.order_by("expires_at", "id")

    return in_batches(due, lambda lots: expire(lots=lots))


def in_batches(due: Any, work: Any) -> int:
    """Work off what is due, a transaction a batch; what is left when the run is long waits for the next."""
    handled = 0
    for _ in range(BATCHES_A_RUN):
        count = work(list(due(timezone.now()).values_list("pk", flat=True)[:BATCH]))
        handled += count
        if count < BATCH:
            break
    return handled


def run_for_lots(statement: str, lots: Collection[int]) -> list[Transfer]:
    """Lock the lots' members, skipping those somebody else holds, and post; answers the transfers."""
    members = Member.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk__in=Lot.objects.filter(pk__in=lots).values("member")
    )
    held = list(members.order_by("pk").values_list("pk", flat=True))
    if not held:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"lots": list(lots), "members": held, "now": timezone.now()})
        ids = [row[0] for row in cursor.fetchall()]
    return list(Transfer.objects.filter(pk__in=ids).select_related("member").order_by("pk"))


def note_confirmed(transfers: list[Transfer]) -> None:
    """Tell the accounts that bought, on the day their return window ended."""
    ids = [transfer.purchase_id for transfer in transfers if transfer.purchase_id]
    lots = Lot.objects.select_related("purchase").filter(purchase__in=ids)
    lot_of = {lot.purchase_id: lot for lot in lots}
    timeline.record_many(
        [
            confirmation(transfer, lot_of[transfer.purchase_id])
            for transfer in transfers
            if transfer.purchase_id
        ]
    )


def confirmation(transfer: Transfer, lot: Lot) -> timeline.NewEntry:
    assert lot.purchase is not None
    return timeline.NewEntry(
        account_id=lot.purchase.account_id,
        kind="loyalty.points_confirmed",
        at=lot.available_at,
        link=lot.purchase.get_absolute_url(),
        data={"points": transfer.amount, "order": lot.purchase.number},
        key=f"points-confirmed:{transfer.pk}",
    )
