"""Tell the other apps of what a file brought and that counts as new (`treat_as_new_since`).

History announces nothing: an order of last year earns no points and asks for no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from django.urls import reverse

from crm.core.events import Event, publish_many
from customers.events import PurchaseRecorded, PurchaseStatusChanged, ReturnRecorded
from customers.imports import sql, staging
from customers.services import timeline

SLICE = 1000


def announce() -> None:
    """Publish the events of the new rows of `import_order`, in the transaction that wrote them."""
    in_slices(sql.NEW_PURCHASES, lambda found: publish_many([recorded(*row) for row in found]))
    in_slices(sql.NEW_STATUSES, announce_statuses)
    in_slices(sql.NEW_RETURNS, lambda found: publish_many([returned(*row) for row in found]))


def in_slices(query: str, handle: Callable[[list[tuple[Any, ...]]], None]) -> None:
    found = staging.stream(query)
    while rows := list(islice(found, SLICE)):
        handle(rows)


def recorded(purchase_id: int, account_id: int) -> Event:
    return PurchaseRecorded(purchase_id=purchase_id, account_id=account_id, contact_id=None)


def returned(return_id: int, account_id: int, purchase_id: int | None) -> Event:
    return ReturnRecorded(return_id=return_id, account_id=account_id, purchase_id=purchase_id)


def announce_statuses(rows: list[tuple[Any, ...]]) -> None:
    timeline.record_many([status_entry(*row) for row in rows])
    publish_many([status_changed(*row) for row in rows])


def status_changed(
    purchase_id: int,
    account_id: int,
    contact_id: int | None,
    number: str,
    status: str,
    at: Any,
    is_first: bool,
) -> Event:
    return PurchaseStatusChanged(
        purchase_id=purchase_id,
        account_id=account_id,
        contact_id=contact_id,
        status=status,
        is_first_delivery=is_first,
    )


def status_entry(
    purchase_id: int,
    account_id: int,
    contact_id: int | None,
    number: str,
    status: str,
    at: Any,
    is_first: bool,
) -> timeline.NewEntry:
    return timeline.NewEntry(
        account_id=account_id,
        contact_id=contact_id,
        kind="customers.purchase_status",
        at=at,
        link=reverse("customers:purchase", args=[purchase_id]),
        data={"purchase": purchase_id, "number": number, "status": status},
        key=f"purchase:{purchase_id}:{status}",
    )
