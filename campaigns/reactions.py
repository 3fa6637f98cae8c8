"""What campaigns do when something happens elsewhere."""

from __future__ import annotations

from django.urls import reverse

from campaigns.services import enter_after_first_delivery, leave_without_order
from crm.core.registry import registry
from customers.events import FlowEntered, FlowLeft, PurchaseStatusChanged, RowsTakenBack
from customers.models import Enrolment
from customers.services import timeline


def welcome_first_delivery(event: PurchaseStatusChanged) -> None:
    if event.is_first_delivery:
        enter_after_first_delivery(purchase_id=event.purchase_id)


def end_runs(event: RowsTakenBack) -> None:
    """The order that had brought them into the sequence was taken back with its import."""
    if event.model == "customers.purchase":
        leave_without_order(purchase_ids=event.ids)


def note_entry(event: FlowEntered) -> None:
    enrolment = find(event.enrolment_id)
    if enrolment:
        timeline.record(
            account_id=enrolment.account_id,
            contact_id=enrolment.contact_id,
            kind="campaigns.entered",
            at=enrolment.entered_at,
            link=link_of(enrolment),
            data={"enrolment": enrolment.pk, "sequence": enrolment.flow.name},
            key=f"flow-entered:{enrolment.pk}",
        )


def note_end(event: FlowLeft) -> None:
    """A finished or interrupted run is the customer's history; a failed one is ours and stays on its page."""
    enrolment = find(event.enrolment_id)
    if enrolment is None or enrolment.ended_at is None or enrolment.state == Enrolment.State.FAILED:
        return
    by_exit = enrolment.outcome in registry.exits
    entry = timeline.NewEntry(
        account_id=enrolment.account_id,
        contact_id=enrolment.contact_id,
        actor_id=event.actor_id,
        kind="campaigns.left",
        at=enrolment.ended_at,
        link=link_of(enrolment),
        data={
            "enrolment": enrolment.pk,
            "sequence": enrolment.flow.name,
            "state": enrolment.state,
            "exit": enrolment.outcome if by_exit else "",
        },
        words="" if by_exit else enrolment.outcome,
        key=f"flow-left:{enrolment.pk}",
    )
    timeline.record_many([entry])


def find(enrolment_id: int) -> Enrolment | None:
    return Enrolment.objects.select_related("flow").filter(pk=enrolment_id).first()


def link_of(enrolment: Enrolment) -> str:
    return reverse("campaigns:sequence", args=[enrolment.flow.slug])
