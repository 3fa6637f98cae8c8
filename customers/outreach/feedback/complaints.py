"""Stop a kind of mail by itself when too many people call it spam: mailbox providers block from 0.1 % on."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.nudge import nudge
from crm.core.registry import registry
from crm.core.telling import tell_admins
from customers.outreach.models import Message, SendingPause
from customers.outreach.services.pausing import pause_sending

logger = logging.getLogger(__name__)


def watch_complaints(kind: str) -> SendingPause | None:
    """Pause a kind whose share of complaints is too high, and say so. What serves people is never paused."""
    registered = registry.message_kinds.get(kind)
    if registered is None or registered.transactional:
        return None
    sent, complained = complaints_lately(kind)
    if sent < settings.COMPLAINTS_MIN_SENT or complained < sent * settings.COMPLAINTS_LIMIT:
        return None
    logger.error("%s is paused: %s complaints about the last %s mails", kind, complained, sent)
    pause = pause_sending(
        kind=kind,
        why=SendingPause.Why.COMPLAINTS,
        note=_("%(complained)d of the last %(sent)d mails") % {"complained": complained, "sent": sent},
    )
    nudge("customers.tasks.tell_of_pause", pause.pk)
    return pause


def tell_of_pause(pause: SendingPause) -> None:
    tell_admins(
        subject=_("“%(kind)s” is paused: too many people called it spam") % {"kind": pause.kind_label},
        lines=[pause.note, _("Nothing of this kind is sent until you let it go on:")],
        place=reverse("outreach:sending"),
    )


def complaints_lately(kind: str) -> tuple[int, int]:
    """How many of a kind's last mails were sent and complained about, since its last pause if it had one."""
    found = Message.objects.filter(kind=kind, state=Message.State.SENT)
    resumed = SendingPause.objects.filter(kind=kind).aggregate(at=Max("ended_at"))["at"]
    if resumed:
        found = found.filter(sent_at__gt=resumed)
    lately = found.order_by("-sent_at")[: settings.COMPLAINTS_LAST]
    counts = lately.aggregate(sent=Count("pk"), complained=Count("complained_at"))
    return counts["sent"], counts["complained"]
