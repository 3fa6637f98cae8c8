"""What needs a person today, and how their customers are doing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.arrays import equals_any, equals_any_of, one_of
from crm.core.compiled import compiled
from crm.core.models import User
from crm.core.registry import TimelineKind, TodayCard, registry
from customers.models import Account, AccountSummary, Task, TimelineEntry
from customers.models.tasks import TaskQuerySet
from customers.models.visibility import accounts_of, sight_of

SHOWN, COMING, JUST_IN = 50, 10, 8
FEW = 2000
KEPT = 300  # seconds
WEEK, LATELY, YEAR = dt.timedelta(days=7), dt.timedelta(days=14), dt.timedelta(days=365)
INTERESTING = ("conversations", "purchases", "surveys", "loyalty")


@dataclass(frozen=True)
class Book:
    """The accounts whose figures and news are shown: as ids while they are few, because those plan better.

    Otherwise as their owners and teams. `figures` are there already for a book that was too large to be added
    up each time.
    """

    key: str
    owners: list[int]
    teams: list[int] | None
    ids: list[int] | None = None
    figures: dict[str, Any] | None = None

    @property
    def whose(self) -> tuple[list[int] | None, list[int] | None, list[int] | None]:
        """The accounts by their ids, or by owners and teams."""
        return (self.ids, None, None) if self.ids is not None else (None, self.owners, self.teams)


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


@compiled
def own_pressing(
    user_id: int, owners: list[int] | None, teams: list[int] | None, by: dt.datetime
) -> QuerySet[Task]:
    """What is due for one person, then what comes, as far as Today shows it."""
    own = Task.objects.seen(owners, teams).for_owner().filter(owner=user_id)
    return own.pressing(by)[: SHOWN + COMING]


def due_and_coming(user: User, now: dt.datetime, *, team: bool) -> tuple[list[Task], list[Task]]:
    """What cannot wait or is due, and what the week brings: one question, as long as it answers both."""
    end = end_of_day(now)
    if team:
        found = list(tasks_of(user, team=True).pressing(end + WEEK)[: SHOWN + COMING])
    else:
        found = own_pressing(user.pk, *sight_of(user), end + WEEK)
    due = [task for task in found if task.is_urgent or task.due_at <= end]
    coming = found[len(due) :]
    if len(found) == SHOWN + COMING and len(coming) < COMING:
        later = (
            tasks_of(user, team=team).open().filter(is_urgent=False, due_at__gt=end, due_at__lte=end + WEEK)
        )
        coming = list(later.order_by("due_at", "id")[:COMING])
    return due[:SHOWN], coming[:COMING]


def book_of(user: User, *, team: bool) -> Book:
    owners, teams = user.answers_for if team else ([user.pk], ())
    book = Book(f"book:{user.pk}:{team}", [*owners], [*teams] or None)
    figures = cache.get(book.key)
    if figures:
        return replace(book, figures=figures)
    ids = first_of(book.owners, book.teams)
    return book if len(ids) > FEW else replace(book, ids=ids)


@compiled
def first_of(owners: list[int], teams: list[int] | None) -> QuerySet[Account, int]:
    few = accounts_of(owners, teams, at_once=True)
    found = Account.objects.active().filter(equals_any_of("pk", few))
    return found.values_list("pk", flat=True)[: FEW + 1]


def accounts_in(
    ids: list[int] | None, owners: list[int] | None, teams: list[int] | None
) -> RawSQL | QuerySet[Account, int]:
    if ids is not None:
        return one_of(ids)
    return Account.objects.book(owners or [], teams).values_list("pk", flat=True)


def figures_of(
    book: Book, tasks: Sequence[Task], user: User, now: dt.datetime, *, team: bool
) -> dict[str, Any] | None:
    """How the accounts are doing; None for those without any. Large books are added up every five minutes."""
    if book.ids == []:
        return None
    figures = book.figures or add_up(book, now)
    if book.ids is None and not book.figures:
        cache.set(book.key, figures, KEPT)
    return figures | {"overdue": overdue(tasks, user, now, team=team)}


def overdue(tasks: Sequence[Task], user: User, now: dt.datetime, *, team: bool) -> int:
    """How many are late: counted in what is shown, where that is all there is."""
    if len(tasks) < SHOWN:
        return sum(task.due_at <= now for task in tasks)
    return tasks_of(user, team=team).due_by(now).count()


def add_up(book: Book, now: dt.datetime) -> dict[str, Any]:
    accounts = accounts_in(*book.whose)
    return AccountSummary.objects.filter(account__in=accounts).aggregate(
        accounts=Count("pk"),
        bought=Count("pk", filter=Q(last_purchase_at__gte=now - YEAR)),
        revenue=Sum("revenue_12m", default=0),
    )


def just_in(book: Book, user: User, now: dt.datetime) -> list[News]:
    """The latest from those accounts that somebody else wrote down."""
    if book.ids == []:
        return []
    kinds = {name: kind for name, kind in registry.timeline_kinds.items() if kind.group in INTERESTING}
    entries = latest(*book.whose, [*kinds], user.pk, now - LATELY, now)
    return [News(entry, kinds[entry.kind]) for entry in entries]


@compiled
def latest(
    ids: list[int] | None,
    owners: list[int] | None,
    teams: list[int] | None,
    kinds: list[str],
    actor_id: int,
    since: dt.datetime,
    until: dt.datetime,
) -> QuerySet[TimelineEntry]:
    found = TimelineEntry.objects.filter(account__in=accounts_in(ids, owners, teams))
    found = found.filter(equals_any("kind", kinds), at__gte=since, at__lte=until).exclude(actor=actor_id)
    newest = found.order_by("-at", "-id").values("pk")[:JUST_IN]
    return TimelineEntry.objects.filter(pk__in=newest).with_names().order_by("-at", "-id")


def filled_cards(user: User, *, team: bool) -> list[FilledCard]:
    """The cards that the apps offer, without those that have nothing to say."""
    loaded = ((card, card.load(user, team)) for card in registry.today_cards)
    return [FilledCard(card, context) for card, context in loaded if context is not None]
