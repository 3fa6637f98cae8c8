"""A member's points as a statement: every transfer in words, with the balance after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, Sum

from loyalty.models import Book, Member, Transfer
from loyalty.wording import Line, source, tone, what, why


def lines_of(member: Member, transfers: Sequence[Transfer]) -> list[Line]:
    """Lines for a page of transfers, the newest first; needs purchase, return_of and actor loaded."""
    balance = balance_before(member, transfers[-1]) if transfers else 0
    lines = []
    for transfer in reversed(transfers):
        balance += transfer.effect
        lines.append(Line(transfer, what(transfer), why(transfer), source(transfer), tone(transfer), balance))
    return lines[::-1]


def balance_before(member: Member, transfer: Transfer) -> int:
    """What could be spent before a transfer; a member's transfers are numbered as they were made."""
    earlier = Transfer.objects.filter(member=member, pk__lt=transfer.pk).aggregate(
        received=Sum("amount", filter=Q(to_book=Book.ACTIVE), default=0),
        given=Sum("amount", filter=Q(from_book=Book.ACTIVE), default=0),
    )
    return int(earlier["received"] - earlier["given"])


def next_dates(member: Member) -> dict[str, dt.datetime | None]:
    """When the next pending points can be spent, and when the next ones expire."""
    pending = member.lots.pending().order_by("available_at").values_list("available_at", flat=True)
    expiring = member.lots.spendable().filter(expires_at__isnull=False).values_list("expires_at", flat=True)
    return {"available_at": pending.first(), "expires_at": expiring.first()}
