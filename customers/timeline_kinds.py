"""How the things that customers' services write down read on the account screen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.core.registry import TimelineKind, Tone
from customers.models import Channel, Mood, PurchaseStatus, TimelineEntry

VERBS = {
    Channel.CALL: gettext_lazy("Call"),
    Channel.EMAIL: gettext_lazy("Email"),
    Channel.MEETING: gettext_lazy("Meeting"),
    Channel.VISIT: gettext_lazy("Visit"),
    Channel.CHAT: gettext_lazy("Chat"),
    Channel.TEXT: gettext_lazy("Text message"),
    Channel.SOCIAL: gettext_lazy("Social post"),
    Channel.REVIEW: gettext_lazy("Review"),
    Channel.EVENT: gettext_lazy("Event"),
}
MOOD_TONES: dict[str, Tone] = {Mood.POSITIVE: "good", Mood.NEGATIVE: "bad"}


def interaction(entry: TimelineEntry) -> str:
    what = str(VERBS.get(entry.data.get("channel"), _("Contact")))
    if entry.contact:
        what = _("%(what)s with %(name)s") % {"what": what, "name": entry.contact.full_name}
    others = entry.data.get("people", 0) - 1
    if others > 0:
        what += ngettext(" and %(count)d other", " and %(count)d others", others) % {"count": others}
    return what


def purchase(entry: TimelineEntry) -> str:
    first = _("%(quantity)s × %(what)s") % {"quantity": entry.data["quantity"], "what": entry.data["first"]}
    more = entry.data["lines"] - 1
    if more > 0:
        first += ngettext(" and %(count)d more line", " and %(count)d more lines", more) % {"count": more}
    return _("Bought %(what)s, order #%(number)s") % {"what": first, "number": entry.data["number"]}


def purchase_status(entry: TimelineEntry) -> str:
    status = PurchaseStatus(entry.data["status"]).label
    return _("Order #%(number)s %(status)s") % {"number": entry.data["number"], "status": str(status).lower()}


def delivery_corrected(entry: TimelineEntry) -> str:
    at = timezone.localtime(dt.datetime.fromisoformat(entry.data["delivered_at"]))
    words = {"number": entry.data["number"], "day": date_format(at, pgettext("day and month", "j M"))}
    return _("Order #%(number)s was delivered on %(day)s: date corrected") % words


def returned(entry: TimelineEntry) -> str:
    total = number_format(Decimal(entry.data["total"]), 2, use_l10n=True, force_grouping=True)
    if entry.data["order"]:
        return _("Returned goods worth %(total)s from order #%(order)s") % {
            "total": total,
            "order": entry.data["order"],
        }
    return _("Returned goods worth %(total)s") % {"total": total}


def task_done(entry: TimelineEntry) -> str:
    title = entry.data.get("title")  # gone with the person whom it named
    return _("Done: %(title)s") % {"title": title} if title else _("A task was done")


def contact_added(entry: TimelineEntry) -> str:
    return _("%(name)s added") % {"name": entry.contact.full_name if entry.contact else _("A contact")}


def import_taken_back(entry: TimelineEntry) -> str:
    return _("Taken back: %(import)s") % {"import": entry.data["title"]}


TIMELINE_KINDS = [
    TimelineKind(
        name="customers.interaction",
        label=gettext_lazy("Interaction"),
        icon="message-circle",
        group="conversations",
        title=interaction,
        tone=lambda entry: MOOD_TONES.get(entry.data.get("mood", ""), "plain"),
    ),
    TimelineKind(
        name="customers.purchase",
        label=gettext_lazy("Purchase"),
        icon="package",
        group="purchases",
        title=purchase,
    ),
    TimelineKind(
        name="customers.purchase_status",
        label=gettext_lazy("Delivery"),
        icon="truck-delivery",
        group="purchases",
        title=purchase_status,
    ),
    TimelineKind(
        name="customers.delivery_corrected",
        label=gettext_lazy("Delivery date corrected"),
        icon="calendar-due",
        group="purchases",
        title=delivery_corrected,
    ),
    TimelineKind(
        name="customers.return",
        label=gettext_lazy("Return"),
        icon="arrow-back-up",
        group="purchases",
        title=returned,
        tone=lambda entry: "look",
    ),
    TimelineKind(
        name="customers.task_done",
        label=gettext_lazy("Task done"),
        icon="checkbox",
        group="other",
        title=task_done,
    ),
    TimelineKind(
        name="customers.account_created",
        label=gettext_lazy("Account added"),
        icon="building",
        group="other",
        title=lambda entry: _("Account added"),
    ),
    TimelineKind(
        name="customers.contact_added",
        label=gettext_lazy("Contact added"),
        icon="user-plus",
        group="other",
        title=contact_added,
    ),
    TimelineKind(
        name="customers.owner_changed",
        label=gettext_lazy("Owner changed"),
        icon="arrows-exchange",
        group="other",
        title=lambda entry: _("Owner changed"),
    ),
    TimelineKind(
        name="customers.account_archived",
        label=gettext_lazy("Archived"),
        icon="archive",
        group="other",
        title=lambda entry: _("Archived"),
    ),
    TimelineKind(
        name="customers.account_restored",
        label=gettext_lazy("Taken out of the archive"),
        icon="archive-off",
        group="other",
        title=lambda entry: _("Taken out of the archive"),
    ),
    TimelineKind(
        name="customers.import_taken_back",
        label=gettext_lazy("Import taken back"),
        icon="arrow-back-up",
        group="other",
        title=import_taken_back,
    ),
]
