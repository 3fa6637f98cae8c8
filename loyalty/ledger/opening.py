"""Points that customers bring along from another system: once each, many at a time, and taken back together.

A member has one opening balance at a time. Its key counts: `opening:{member}:{n}` is the n-th, after those
before it were taken back under `opening-back:{transfer}`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from psycopg2.extras import execute_values

from loyalty.ledger.posting import find_posting, lock_member, post, repay_debt, take
from loyalty.models import Allocation, Book, Lot, Member, Program, Transfer

LOCK = "SELECT id FROM loyalty_member WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# The balances follow by trigger, once for the whole statement.
POST = """
    INSERT INTO loyalty_transfer
        (program_id, member_id, from_book, to_book, amount, kind, key, leg, at, reason)
    SELECT m.program_id, m.id, 'issued', 'active', o.points, 'open',
           'opening:' || m.id || ':' || (
               SELECT count(*) + 1 FROM loyalty_transfer t WHERE t.member_id = m.id AND t.kind = 'open'
           ), 0, now(), ''
    FROM (VALUES %s) o (account_id, points, expires_at)
    JOIN loyalty_member m ON m.account_id = o.account_id AND m.program_id = {program}
    ORDER BY m.id
    RETURNING id, member_id, amount
"""
OPEN_LOTS = """
    INSERT INTO loyalty_lot
        (member_id, grant_id, amount, remaining, available_at, confirmed_at, expires_at)
    SELECT t.member_id, t.id, t.amount, t.amount, t.at, t.at, o.expires_at
    FROM (VALUES %s) o (grant_id, expires_at) JOIN loyalty_transfer t ON t.id = o.grant_id
"""


@dataclass(frozen=True)
class Opening:
    """What a top account brings along; without a day its points last as long as the program says."""

    account_id: int
    points: int
    expires_at: dt.datetime | None = None


def open_members(*, program: Program, account_ids: Sequence[int]) -> list[int]:
    """Make these top accounts members, where they are not yet, and lock them; answers the members' ids."""
    rows = [Member(program=program, account_id=account_id) for account_id in account_ids]
    Member.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    found = Member.objects.filter(program=program, account__in=account_ids)
    ids = list(found.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ids])
    return ids


@transaction.atomic
def open_balances(*, program: Program, openings: Sequence[Opening]) -> list[int]:
    """Give each member the points it brings along; what it owes is paid out of them. Answers transfers' ids.

    The caller makes sure that none of them has an opening balance.
    """
    if not openings:
        return []
    members = open_members(program=program, account_ids=[one.account_id for one in openings])
    by_account = {one.account_id: one for one in openings}
    lasts = program.expiry(timezone.now())
    with connection.cursor() as cursor:
        given = execute_values(
            cursor.cursor,
            POST.format(program=int(program.pk)),
            [(one.account_id, one.points, one.expires_at) for one in openings],
            template="(%s::bigint, %s::bigint, %s::timestamptz)",
            page_size=len(openings),
            fetch=True,
        )
        accounts = dict(Member.objects.filter(pk__in=members).values_list("pk", "account_id"))
        lots = [(row[0], by_account[accounts[row[1]]].expires_at or lasts) for row in given]
        template = "(%s::bigint, %s::timestamptz)"
        execute_values(cursor.cursor, OPEN_LOTS, lots, template=template, page_size=len(lots))
    ids = [row[0] for row in given]
    for owing in Transfer.objects.filter(pk__in=ids, member__debt__gt=0).order_by("pk"):
        repay_debt(owing)
    return ids


@transaction.atomic
def take_opening_back(*, transfer_id: int) -> list[Transfer]:
    """Post the opposite of an opening balance: from its own lot, then from others, then as a debt.

    What has expired stays expired. Repeating it does nothing.
    """
    lot = Lot.objects.filter(grant=transfer_id, grant__kind=Transfer.Kind.OPEN).first()
    if lot is None:
        return []
    member = lock_member(lot.member_id)
    key = f"opening-back:{transfer_id}"
    if earlier := find_posting(member, key, Transfer.Kind.REFUND):
        return earlier
    lot.refresh_from_db()
    expired = Allocation.objects.filter(lot=lot, transfer__kind=Transfer.Kind.EXPIRE)
    return withdraw(member, lot, lot.amount - int(expired.aggregate(n=Sum("amount", default=0))["n"]), key)


def withdraw(member: Member, lot: Lot, points: int, key: str) -> list[Transfer]:
    spendable = min(points, member.active)
    legs: list[Transfer] = []
    for book, amount in ((Book.ACTIVE, spendable), (Book.DEBT, points - spendable)):
        if amount:
            leg = post(
                member,
                Transfer.Kind.REFUND,
                from_book=book,
                to_book=Book.ISSUED,
                amount=amount,
                key=key,
                leg=len(legs),
            )
            if book == Book.ACTIVE:
                take(leg, [lot, *member.lots.spendable().exclude(pk=lot.pk)])
            legs.append(leg)
    return legs
