"""Tell the other apps of what a file brought and that counts as new (`treat_as_new_since`).

History announces nothing: an order of last year earns no points and asks for no answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from django.urls import reverse

from crm.core.events import Event, publish_many
from customers.events import DeliveryDateCorrected, PurchaseRecorded, PurchaseStatusChanged, ReturnRecorded
from customers.imports import staging
from customers.imports.purchases import sql
from customers.services import timeline

SLICE = 1000


def announce() -> None:
    """Publish the events of the new rows of `import_order`, in the transaction that wrote them."""
    in_slices(sql.NEW_PURCHASES, lambda found: publish_many([recorded(*row) for row in found]))
    in_slices(sql.NEW_STATUSES, announce_moves)
    in_slices(sql.CORRECTED_DELIVERIES, announce_corrections)
    in_slices(sql.NEW_RETURNS, lambda found: publish_many([returned(*row) for row in found]))


def in_slices(query: str, handle: Callable[[list[tuple[Any, ...]]], None]) -> None:
    found = staging.stream(query)
    while rows := list(islice(found, SLICE)):
        handle(rows)


def recorded(purchase_id: int, account_id: int) -> Event:
    return PurchaseRecorded(purchase_id=purchase_id, account_id=account_id, contact_id=None)


def returned(return_id: int, account_id: int, purchase_id: int | None) -> Event:
    return ReturnRecorded(return_id=return_id, account_id=account_id, purchase_id=purchase_id)


def announce_moves(rows: list[tuple[Any, ...]]) -> None:
    moves = [Move(*row) for row in rows]
    timeline.record_many([move.entry() for move in moves])
    publish_many([move.event() for move in moves])


def announce_corrections(rows: list[tuple[Any, ...]]) -> None:
    corrections = [Correction(*row) for row in rows]
    timeline.record_many([correction.entry() for correction in corrections])
    publish_many([correction.event() for correction in corrections])


class Move(NamedTuple):
    """A purchase that came further, a row of `sql.NEW_STATUSES`."""

    purchase_id: int
    account_id: int
    contact_id: int | None
    number: str
    status: str
    at: dt.datetime
    is_first_delivery: bool

    def event(self) -> Event:
        return PurchaseStatusChanged(
            purchase_id=self.purchase_id,
            account_id=self.account_id,
            contact_id=self.contact_id,
            status=self.status,
            is_first_delivery=self.is_first_delivery,
        )

    def entry(self) -> timeline.NewEntry:
        return timeline.NewEntry(
            account_id=self.account_id,
            contact_id=self.contact_id,
            kind="customers.purchase_status",
            at=self.at,
            link=reverse("customers:purchase", args=[self.purchase_id]),
            data={"purchase": self.purchase_id, "number": self.number, "status": self.status},
            key=f"purchase:{self.purchase_id}:{self.status}",
        )


class Correction(NamedTuple):
    """A purchase delivered on another day than was known, a row of `sql.CORRECTED_DELIVERIES`."""

    purchase_id: int
    account_id: int
    contact_id: int | None
    number: str
    delivered_at: dt.datetime

    def event(self) -> Event:
        return DeliveryDateCorrected(purchase_id=self.purchase_id, account_id=self.account_id)

    def entry(self) -> timeline.NewEntry:
        return timeline.NewEntry(
            account_id=self.account_id,
            contact_id=self.contact_id,
            kind="customers.delivery_corrected",
            link=reverse("customers:purchase", args=[self.purchase_id]),
            data={"number": self.number, "delivered_at": self.delivered_at.isoformat()},
        )
