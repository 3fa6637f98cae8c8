"""How answers read on the account screen."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.registry import TimelineKind, Tone
from customers.models import TimelineEntry
from surveys.models import band_of
from surveys.models.responses import TONES


def answered(entry: TimelineEntry) -> str:
    data = entry.data
    words = {
        "name": entry.contact.full_name if entry.contact else _("Somebody"),
        "score": data["score"],
        "before": data["before"],
        "order": data["order"],
    }
    if data["before"] not in (None, data["score"]):
        return _("%(name)s changed their score from %(before)s to %(score)s") % words
    if data["order"]:
        return _("%(name)s scored %(score)s after order #%(order)s") % words
    return _("%(name)s scored %(score)s") % words


def tone(entry: TimelineEntry) -> Tone:
    return TONES[band_of(entry.data["score"])]


TIMELINE_KINDS = [
    TimelineKind(
        name="surveys.answered",
        label=gettext_lazy("Survey answer"),
        icon="message-question",
        group="surveys",
        title=answered,
        tone=tone,
    )
]
