"""How sequences read on the account screen."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.registry import TimelineKind, registry
from customers.models import Enrolment, TimelineEntry


def entered(entry: TimelineEntry) -> str:
    return _("Entered “%(sequence)s”") % {"sequence": entry.data["sequence"]}


def left(entry: TimelineEntry) -> str:
    words = {"sequence": entry.data["sequence"]}
    if entry.data["state"] == Enrolment.State.DONE:
        return _("Finished “%(sequence)s”") % words
    known = registry.exits.get(entry.data["exit"])
    if known:
        return _("Left “%(sequence)s”: %(why)s") % {**words, "why": known.label}
    return _("Taken out of “%(sequence)s”") % words


TIMELINE_KINDS = [
    TimelineKind(
        name="campaigns.entered",
        label=gettext_lazy("Sequence begun"),
        icon="plant-2",
        group="other",
        title=entered,
    ),
    TimelineKind(
        name="campaigns.left",
        label=gettext_lazy("Sequence over"),
        icon="flag",
        group="other",
        title=left,
    ),
]
