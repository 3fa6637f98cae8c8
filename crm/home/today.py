"""What needs a person today, and how their customers are doing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.models import User
from crm.core.paging import one_of
from crm.core.registry import TimelineKind, TodayCard, registry
from customers.models import Account, AccountSummary, Task, TimelineEntry
from customers.models.tasks import TaskQuerySet

SHOWN, COMING, JUST_IN = 50, 10, 8
FEW = 2000
KEPT = 300  # seconds
WEEK, LATELY, YEAR = dt.timedelta(days=7), dt.timedelta(days=14), dt.timedelta(days=365)
INTERESTING = ("conversations", "purchases", "surveys", "loyalty")


@dataclass(frozen=True)
class Book:
    """The accounts whose figures and news are shown: as ids while they are few, because those plan better.

    `figures` are there already for a book that was too large to be added up each time.
    """

    key: str
    accounts: RawSQL | QuerySet[Account, int]
    is_large: bool = False
    is_empty: bool = False
    figures: dict[str, Any] | None = None


@dataclass(frozen=True)
class FilledCard:
    """A registered card with what it found."""

    card: TodayCard
    context: Mapping[str, Any]


@dataclass(frozen=True)
class News:
    """Something that came in, in the words of its timeline kind."""

    entry: TimelineEntry
    kind: TimelineKind

    @property
    def title(self) -> str:
        return str(self.kind.title(self.entry))


def end_of_day(now: dt.datetime) -> dt.datetime:
    """Midnight at the end of the person's own day."""
    tomorrow = timezone.localtime(now).date() + dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(tomorrow, dt.time.min))


def greeting(user: User, now: dt.datetime) -> str:
    """By the clock of the person's zone."""
    hour = timezone.localtime(now).hour
    if 5 <= hour < 12:
        words = _("Good morning, %(name)s")
    elif 12 <= hour < 18:
        words = _("Good afternoon, %(name)s")
    else:
        words = _("Good evening, %(name)s")
    return words % {"name": user.first_name}


def summary(tasks: Sequence[Task]) -> str:
    """ "7 things today, the first 2 cannot wait"."""
    if not tasks:
        return _("Nothing is due")
    count = ngettext("%(count)d thing today", "%(count)d things today", len(tasks)) % {
        "count": len(tasks) if len(tasks) < SHOWN else SHOWN
    }
    urgent = sum(task.is_urgent for task in tasks)
    if not urgent:
        return count
    wait = ngettext("the first cannot wait", "the first %(count)d cannot wait", urgent) % {"count": urgent}
    return f"{count}, {wait}"


def tasks_of(user: User, *, team: bool) -> TaskQuerySet:
    visible = Task.objects.visible_to(user).for_reading()
    return visible.of_team(user) if team else visible.of(user)


def due_and_coming(user: User, now: dt.datetime, *, team: bool) -> tuple[list[Task], list[Task]]:
    """What cannot wait or is due, and what the week brings: one question, as long as it answers both."""
    end, mine = end_of_day(now), tasks_of(user, team=team)
    found = list(mine.pressing(end + WEEK)[: SHOWN + COMING])
    due = [task for task in found if task.is_urgent or task.due_at <= end]
    coming = found[len(due) :]
    if len(found) == SHOWN + COMING and len(coming) < COMING:
        later = mine.open().filter(is_urgent=False, due_at__gt=end, due_at__lte=end + WEEK)
        coming = list(later.order_by("due_at", "id")[:COMING])
    return due[:SHOWN], coming[:COMING]


def book_of(user: User, *, team: bool) -> Book:
    key = f"book:{user.pk}:{team}"
    found = Account.objects.book_of(user, team=team).values_list("pk", flat=True)
    figures = cache.get(key)
    if figures:
        return Book(key, found, is_large=True, figures=figures)
    ids = list(found[: FEW + 1])
    if len(ids) > FEW:
        return Book(key, found, is_large=True)
    return Book(key, one_of(ids), is_empty=not ids)


def figures_of(
    book: Book, tasks: Sequence[Task], user: User, now: dt.datetime, *, team: bool
) -> dict[str, Any] | None:
    """How the accounts are doing; None for those without any. Large books are added up every five minutes."""
    if book.is_empty:
        return None
    figures = book.figures or add_up(book, now)
    if book.is_large and not book.figures:
        cache.set(book.key, figures, KEPT)
    return figures | {"overdue": overdue(tasks, user, now, team=team)}


def overdue(tasks: Sequence[Task], user: User, now: dt.datetime, *, team: bool) -> int:
    """How many are late: counted in what is shown, where that is all there is."""
    if len(tasks) < SHOWN:
        return sum(task.due_at <= now for task in tasks)
    return tasks_of(user, team=team).due_by(now).count()


def add_up(book: Book, now: dt.datetime) -> dict[str, Any]:
    return AccountSummary.objects.filter(account__in=book.accounts).aggregate(
        accounts=Count("pk"),
        bought=Count("pk", filter=Q(last_purchase_at__gte=now - YEAR)),
        revenue=Sum("revenue_12m", default=0),
    )


def just_in(book: Book, user: User, now: dt.datetime) -> list[News]:
    """The latest from those accounts that somebody else wrote down."""
    kinds = {name: kind for name, kind in registry.timeline_kinds.items() if kind.group in INTERESTING}
    newest = (
        TimelineEntry.objects.filter(
            account__in=book.accounts, at__gte=now - LATELY, at__lte=now, kind__in=kinds
        )
        .exclude(actor=user)
        .order_by("-at", "-id")
        .values("pk")[:JUST_IN]
    )
    entries = TimelineEntry.objects.filter(pk__in=newest).with_names().order_by("-at", "-id")
    return [News(entry, kinds[entry.kind]) for entry in entries]


def filled_cards(user: User, *, team: bool) -> list[FilledCard]:
    """The cards that the apps offer, without those that have nothing to say."""
    loaded = ((card, card.load(user, team)) for card in registry.today_cards)
    return [FilledCard(card, context) for card, context in loaded if context is not None]
