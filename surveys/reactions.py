"""How surveys answer to what happens elsewhere."""

from __future__ import annotations

from crm.core.events import when
from customers.events import DeliveryDateCorrected, MessageSettled, PurchaseStatusChanged, TaskDone
from customers.models import Message, Purchase
from surveys.services.loops import close_loop
from surveys.services.planning import MESSAGE_KIND, plan_invitations, settle_invitation


def ask_after_delivery(event: PurchaseStatusChanged | DeliveryDateCorrected) -> None:
    """A delivered purchase is asked about some days after its delivery, as its date is known now."""
    purchase = Purchase.objects.filter(pk=event.purchase_id, delivered_at__isnull=False).first()
    if purchase:
        plan_invitations(purchase=purchase)


@when(lambda event: event.kind == MESSAGE_KIND)
def follow_invitation(event: MessageSettled) -> None:
    """The mail of an invitation went out, or was refused."""
    message = Message.objects.filter(pk=event.message_id).first()
    settle_invitation(
        invitation_id=event.reference,
        state=event.state,
        reason=event.reason,
        at=message.sent_at if message else None,
    )


def close_recovery(event: TaskDone) -> None:
    """Somebody called the unhappy customer."""
    close_loop(source_key=event.source_key)
