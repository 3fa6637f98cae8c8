"""What happens to customers, for other apps to react to. Ids and primitives only; times are ISO strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event

__all__ = [
    "DeliveryDateCorrected",
    "FlowEntered",
    "FlowLeft",
    "InteractionLogged",
    "MessageSettled",
    "PurchaseRecorded",
    "PurchaseStatusChanged",
    "ReturnRecorded",
    "RowsTakenBack",
    "TaskDone",
]


@dataclass(frozen=True, kw_only=True)
class PurchaseRecorded(Event):
    """Somebody bought something, now (never published for imported history)."""

    name: ClassVar[str] = "customers.purchase_recorded"
    purchase_id: int
    account_id: int
    contact_id: int | None


@dataclass(frozen=True, kw_only=True)
class PurchaseStatusChanged(Event):
    """A purchase was shipped, delivered or installed; `is_first_delivery`: the account's first ever."""

    name: ClassVar[str] = "customers.purchase_status_changed"
    purchase_id: int
    account_id: int
    contact_id: int | None
    status: str
    is_first_delivery: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryDateCorrected(Event):
    """What was delivered was delivered on another day than was said before; the purchase knows which."""

    name: ClassVar[str] = "customers.delivery_date_corrected"
    purchase_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnRecorded(Event):
    """Something came back; `purchase_id` is None when nobody knows from which purchase."""

    name: ClassVar[str] = "customers.return_recorded"
    return_id: int
    account_id: int
    purchase_id: int | None


@dataclass(frozen=True, kw_only=True)
class RowsTakenBack(Event):
    """An import was taken back, and these rows of a model ("customers.purchase") with it.

    Of purchases, also those that stay, but lost a return or got old values back. Models that only their app
    can correct are announced without having been touched (`crm.core.importers.ImportTrace.stay`).
    """

    name: ClassVar[str] = "customers.rows_taken_back"
    model: str
    ids: list[int]


@dataclass(frozen=True, kw_only=True)
class InteractionLogged(Event):
    name: ClassVar[str] = "customers.interaction_logged"
    interaction_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class TaskDone(Event):
    """A task was finished; `source_key` says what had asked for it (empty: a person)."""

    name: ClassVar[str] = "customers.task_done"
    task_id: int
    account_id: int
    kind: str
    source_key: str


@dataclass(frozen=True, kw_only=True)
class MessageSettled(Event):
    """A planned message reached its end: sent, failed, refused or unknown."""

    name: ClassVar[str] = "customers.message_settled"
    message_id: int
    kind: str
    reference: int
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlowEntered(Event):
    """An account, or one of its people, entered a flow."""

    name: ClassVar[str] = "customers.flow_entered"
    enrolment_id: int
    flow_id: int
    account_id: int
    contact_id: int | None


@dataclass(frozen=True, kw_only=True)
class FlowLeft(Event):
    """A run through a flow is over: done, exited (by hand: `actor_id` says who) or failed."""

    name: ClassVar[str] = "customers.flow_left"
    enrolment_id: int
    flow_id: int
    account_id: int
    contact_id: int | None
    state: str
    actor_id: int | None
