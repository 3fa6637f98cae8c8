"""What happened to an account and all below it: its timeline, with mass messages merged in at read time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.compiled import compiled
from crm.core.registry import Tone, registry
from customers.models import Account, Message, TimelineEntry, names
from customers.models.trees import END_OF_TIME, Place, newest_below
from customers.outreach.reasons import Reason

SIZE = 20  # about two screens; the rest comes as one gets there
LAST_ID = 2**63 - 1
SHOWN = (
    *("kind", "due_at", "state", "reason", "detail", "subject", "bounced_at", "complained_at"),
    *names.of_account(),
    *names.of_contact(),
)
GROUPS = {
    "conversations": gettext_lazy("Conversations"),
    "purchases": gettext_lazy("Purchases"),
    "surveys": gettext_lazy("Surveys"),
    "messages": gettext_lazy("Messages"),
    "loyalty": gettext_lazy("Loyalty"),
}


@dataclass(frozen=True, order=True)
class Cursor:
    """Where the next page goes on: the moment, then messages below entries, then the id."""

    at: dt.datetime
    rank: int
    pk: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises BadRequest for anything that `str(cursor)` did not write."""
        if not text:
            return cls(END_OF_TIME, 1, LAST_ID)
        try:
            at, rank, pk = text.split("~")
            found = cls(dt.datetime.fromisoformat(at), int(rank), int(pk))
        except ValueError as error:
            raise BadRequest("This page link is not one of ours.") from error
        if found.at.tzinfo is None or not 0 <= found.pk <= LAST_ID:
            raise BadRequest("This page link is not one of ours.")
        return found

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.pk}"

    def place(self, rank: int) -> Place:
        """The bound for one of the two sources: rows at the same moment come only if their rank is lower."""
        if rank == self.rank:
            return self.at, self.pk
        return self.at, LAST_ID if rank < self.rank else -1


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the timeline, ready to be shown."""

    cursor: Cursor
    icon: str
    tone: Tone
    title: str
    link: str
    text: str
    account: Account | None
    by: str
    amount: Any = None

    @property
    def at(self) -> dt.datetime:
        return self.cursor.at


@dataclass(frozen=True)
class Timeline:
    """A page of it; `older` is the cursor of the next one."""

    items: Sequence[Item]
    older: str


def read_timeline(account: Account, *, group: str = "", before: str = "") -> Timeline:
    """The newest items older than `before`, of one group or of all."""
    cursor = Cursor.read(before)
    items = [*read_entries(account, group, cursor), *read_messages(account, group, cursor)]
    items.sort(key=lambda item: item.cursor, reverse=True)
    shown = items[:SIZE]
    return Timeline(shown, str(shown[-1].cursor) if len(items) > SIZE else "")


def read_entries(account: Account, group: str, cursor: Cursor) -> list[Item]:
    kinds = [kind.name for kind in registry.timeline_kinds.values() if kind.group == group] if group else None
    return [entry_item(entry, account) for entry in entries(account.pk, *cursor.place(1), kinds)]


@compiled
def entries(account_id: int, at: dt.datetime, pk: int, kinds: list[str] | None) -> QuerySet[TimelineEntry]:
    found = TimelineEntry.objects.for_reading()
    return found.newest_of_tree(account_id, before=(at, pk), kinds=kinds, limit=SIZE + 1)


def read_messages(account: Account, group: str, cursor: Cursor) -> list[Item]:
    if group not in ("", "messages"):
        return []
    return [message_item(message, account) for message in messages(account.pk, *cursor.place(0))]


@compiled
def messages(account_id: int, at: dt.datetime, pk: int) -> QuerySet[Message]:
    newest = newest_below(
        Message,
        account_id,
        moment="due_at",
        before=(at, pk),
        limit=SIZE + 1,
        column="state",
        among=Message.TERMINAL,
    )
    found = Message.objects.filter(pk__in=newest).select_related("contact", "account", "clicks")
    return found.only(*SHOWN, "clicks__first_at")


def entry_item(entry: TimelineEntry, account: Account) -> Item:
    kind = registry.timeline_kinds[entry.kind]
    words = getattr(entry, "words", None)
    return Item(
        cursor=Cursor(entry.at, 1, entry.pk),
        icon=kind.icon,
        tone=kind.tone(entry),
        title=str(kind.title(entry)),
        link=entry.link,
        text=words.text if words else "",
        account=entry.account if entry.account_id != account.pk else None,
        by=_("by %(name)s") % {"name": entry.actor} if entry.actor else "",
        amount=entry.data.get("total"),
    )


def why_not(message: Message) -> str:
    """Why a message did not arrive, in words; empty when nothing is wrong with it."""
    if message.bounced_at:
        return _("The address bounced.")
    if message.complained_at:
        return _("They called it spam.")
    words = dict(Reason.choices).get(message.reason, message.reason)
    return " ".join(filter(None, [str(words), message.detail]))


def clicked(message: Message) -> str:
    """That a person followed a link, and when for the first time; empty when nobody did."""
    clicks = getattr(message, "clicks", None)
    if not clicks or not clicks.first_at:
        return ""
    return _("Clicked %(when)s") % {"when": date_format(timezone.localtime(clicks.first_at), "j M, H:i")}


def message_item(message: Message, account: Account) -> Item:
    kind = registry.message_kinds.get(message.kind)
    what = (
        _("“%(subject)s”") % {"subject": message.subject}
        if message.subject
        else str(kind.label if kind else "")
    )
    sent = message.state == Message.State.SENT
    title = _("%(what)s sent to %(name)s") if sent else _("%(what)s not sent to %(name)s")
    return Item(
        cursor=Cursor(message.due_at, 0, message.pk),
        icon=kind.icon if kind else "mail",
        tone="look" if message.bounced_at or message.complained_at or not sent else "plain",
        title=title % {"what": what or _("Message"), "name": message.contact.full_name},
        link="",
        text=why_not(message) or clicked(message),
        account=message.account if message.account_id != account.pk else None,
        by="",
    )
