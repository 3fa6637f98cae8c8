"""How points and referrals read on the account screen."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.core.registry import TimelineKind
from customers.models import TimelineEntry
from loyalty.wording import points


def pending(entry: TimelineEntry) -> str:
    until = timezone.localtime(dt.datetime.fromisoformat(entry.data["until"]))
    return _("%(points)s pending until %(day)s, order #%(order)s") % {
        "points": points(entry.data["points"]),
        "day": date_format(until, pgettext("day and month", "j M")),
        "order": entry.data["order"],
    }


def confirmed(entry: TimelineEntry) -> str:
    words = {"points": points(entry.data["points"]), "order": entry.data["order"]}
    return _("%(points)s of order #%(order)s can be spent") % words


def taken_back(entry: TimelineEntry) -> str:
    words = {"points": points(entry.data["points"]), "order": entry.data["order"]}
    return _("%(points)s taken back for what was returned of order #%(order)s") % words


def expired(entry: TimelineEntry) -> str:
    return _("%(points)s expired") % {"points": points(entry.data["points"])}


def adjusted(entry: TimelineEntry) -> str:
    count = entry.data["points"]
    words = {"points": points(abs(count))}
    return _("%(points)s added by hand") % words if count > 0 else _("%(points)s taken by hand") % words


def brought(entry: TimelineEntry) -> str:
    return _("%(points)s brought along") % {"points": points(entry.data["points"])}


def asked(entry: TimelineEntry) -> str:
    return _("%(name)s is asked for a referral") % {"name": name_of(entry)}


def referred(entry: TimelineEntry) -> str:
    return _("%(name)s recommended us") % {"name": name_of(entry)}


def name_of(entry: TimelineEntry) -> str:
    return entry.contact.full_name if entry.contact else _("Somebody")


TIMELINE_KINDS = [
    TimelineKind(
        name="loyalty.points_pending",
        label=gettext_lazy("Points pending"),
        icon="hourglass",
        group="loyalty",
        title=pending,
    ),
    TimelineKind(
        name="loyalty.points_confirmed",
        label=gettext_lazy("Points confirmed"),
        icon="coins",
        group="loyalty",
        title=confirmed,
        tone=lambda entry: "good",
    ),
    TimelineKind(
        name="loyalty.points_taken_back",
        label=gettext_lazy("Points taken back"),
        icon="arrow-back-up",
        group="loyalty",
        title=taken_back,
    ),
    TimelineKind(
        name="loyalty.points_expired",
        label=gettext_lazy("Points expired"),
        icon="hourglass-empty",
        group="loyalty",
        title=expired,
    ),
    TimelineKind(
        name="loyalty.points_adjusted",
        label=gettext_lazy("Points adjusted"),
        icon="adjustments",
        group="loyalty",
        title=adjusted,
    ),
    TimelineKind(
        name="loyalty.points_brought",
        label=gettext_lazy("Points brought along"),
        icon="package-import",
        group="loyalty",
        title=brought,
    ),
    TimelineKind(
        name="loyalty.referral_asked",
        label=gettext_lazy("Referral asked for"),
        icon="help-circle",
        group="loyalty",
        title=asked,
    ),
    TimelineKind(
        name="loyalty.referral_made",
        label=gettext_lazy("Referral"),
        icon="users",
        group="loyalty",
        title=referred,
        tone=lambda entry: "good",
    ),
]
