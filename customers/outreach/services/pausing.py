"""Hold messages back, let them go again, and try failed ones once more."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from crm.core.models import User
from crm.core.nudge import nudge
from customers.outreach.models import Message, SendingPause

RETRY_DAYS = 7


@transaction.atomic
def pause_sending(
    *,
    kind: str = SendingPause.EVERYTHING,
    why: str = SendingPause.Why.MANUAL,
    note: str = "",
    actor: User | None = None,
) -> SendingPause:
    """Hold a kind of message back, or all; every sender stops with the window it is in. Twice is once."""
    return SendingPause.objects.in_force().get_or_create(
        kind=kind, ended_at=None, defaults={"why": why, "note": note[:300], "by": actor}
    )[0]


@transaction.atomic
def resume_sending(*, kind: str = SendingPause.EVERYTHING, actor: User | None = None) -> bool:
    """Let a paused kind go again; what became due meanwhile goes first. Answers whether there was a pause."""
    pause = SendingPause.objects.in_force().select_for_update().filter(kind=kind).first()
    if pause is None:
        return False
    pause.ended_at, pause.ended_by = timezone.now(), actor
    pause.save(update_fields=["ended_at", "ended_by"])
    nudge("customers.tasks.send_due_messages")
    return True


def paused_kinds() -> frozenset[str]:
    """The kinds on hold; SendingPause.EVERYTHING among them stands for all."""
    return frozenset(SendingPause.objects.in_force().values_list("kind", flat=True))


@transaction.atomic
def retry_failed() -> int:
    """Plan again what failed in the last days, with all its attempts. Nothing that may have arrived is."""
    now = timezone.now()
    failed = Message.objects.filter(
        state=Message.State.FAILED, due_at__gt=now - dt.timedelta(days=RETRY_DAYS)
    )
    again = failed.update(state=Message.State.PLANNED, reason="", detail="", attempts=0, due_at=now)
    if again:
        nudge("customers.tasks.send_due_messages")
    return again
