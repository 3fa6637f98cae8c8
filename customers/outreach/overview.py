"""How sending is doing: what waits, what failed, what came back, and what is on hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from crm.core.paging import capped_count
from crm.core.registry import registry
from customers.outreach.models import MailEvent, Message, SendingPause

LATELY = dt.timedelta(days=7)


@dataclass(frozen=True)
class KindLine:
    """A kind of message with its figures of the last days, and its pause if it is on hold."""

    kind: str
    label: str
    sent: int
    bounced: int
    complained: int
    pause: SendingPause | None


def counts() -> dict[str, tuple[int, bool]]:
    """Messages per state that somebody may have to look at; none is counted further than a list goes."""
    now = timezone.now()
    waiting = Message.objects.waiting()
    return {
        "due": capped_count(waiting.filter(due_at__lte=now)),
        "later": capped_count(waiting.filter(due_at__gt=now)),
        "held": capped_count(Message.objects.filter(state__in=["claimed", "sending"])),
        "failed": capped_count(Message.objects.filter(state=Message.State.FAILED)),
        "unknown": capped_count(Message.objects.filter(state=Message.State.UNKNOWN)),
        "refused": capped_count(Message.objects.filter(state=Message.State.REFUSED)),
    }


def oldest_due() -> Message | None:
    """What has waited longest although its time has come: the first of the first of each kind."""
    due = Message.objects.waiting().filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
    firsts = [due.filter(kind=kind).first() for kind in registry.message_kinds]
    return min(filter(None, firsts), key=lambda message: (message.due_at, message.pk), default=None)


def kind_lines() -> list[KindLine]:
    """Every kind of message there is, by name; three counts each from one index."""
    pauses = {pause.kind: pause for pause in SendingPause.objects.in_force()}
    figures = {line["kind"]: line for line in sent_lately()}
    lines = [
        KindLine(
            kind=kind.name,
            label=str(kind.label),
            sent=figures.get(kind.name, {}).get("sent", 0),
            bounced=figures.get(kind.name, {}).get("bounced", 0),
            complained=figures.get(kind.name, {}).get("complained", 0),
            pause=pauses.get(kind.name),
        )
        for kind in registry.message_kinds.values()
    ]
    return sorted(lines, key=lambda line: line.label)


def sent_lately() -> list[dict[str, Any]]:
    found = Message.objects.filter(
        state=Message.State.SENT,
        kind__in=list(registry.message_kinds),
        sent_at__gt=timezone.now() - LATELY,
    )
    return list(
        found.values("kind").annotate(
            sent=Count("pk"), bounced=Count("bounced_at"), complained=Count("complained_at")
        )
    )


def reports_lately() -> list[dict[str, Any]]:
    """What each provider told us in the last days."""
    bad = Q(kind__in=[MailEvent.Kind.HARD, MailEvent.Kind.SOFT, MailEvent.Kind.REJECTED])
    found = MailEvent.objects.filter(at__gt=timezone.now() - LATELY).values("provider")
    return list(
        found.annotate(
            delivered=Count("pk", filter=Q(kind=MailEvent.Kind.DELIVERED)),
            bounced=Count("pk", filter=bad),
            complained=Count("pk", filter=Q(kind=MailEvent.Kind.COMPLAINED)),
        ).order_by("provider")
    )
