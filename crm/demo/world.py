"""What the chapters of the demo share: the moment, the dice, and the rows on their way into the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model

from crm.core.models import Company, User
from crm.demo.catalogue import Catalogue
from crm.demo.staff import Staff
from customers.models import Account, Contact, Message, Purchase, PurchaseLine, Return, ReturnLine, Task
from customers.services.timeline import NewEntry

T = TypeVar("T")
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WEEK, YEAR = dt.timedelta(days=7), dt.timedelta(days=365)
YEARS_TOLD = 3  # what was sold, and said
YEARS_REWARDED = 2  # older purchases are history: they came in before there were points and surveys
SUNDAY = 7
IDS_AT_ONCE = 500


@dataclass
class Habit:
    """How an account buys: every so many weeks, these lines (by weight), so much, between two moments."""

    weeks: float
    since: dt.datetime
    until: dt.datetime
    lines: Mapping[str, int]
    size: float = 1.0


@dataclass
class Site:
    """An account of the demo with those who speak for it; `contacts` may be people further up its tree."""

    account: Account
    root: Site | None
    zone: ZoneInfo
    domain: str
    mood: float
    contacts: list[Contact] = field(default_factory=list)
    habit: Habit | None = None

    @property
    def owner(self) -> User:
        assert self.account.owner
        return self.account.owner


@dataclass(frozen=True)
class Answer:
    """What somebody says to the survey about an order, where the story needs it."""

    score: int
    comment: str
    at: dt.datetime


@dataclass
class Comeback:
    """A return of one line."""

    row: Return
    line: ReturnLine


@dataclass
class Order:
    """A purchase on its way into the database, with its lines and what came back of it."""

    site: Site
    purchase: Purchase
    lines: list[PurchaseLine]
    back: Comeback | None = None
    answer: Answer | None = None


@dataclass
class World:
    now: dt.datetime
    rng: Random
    company: Company
    staff: Staff
    catalogue: Catalogue
    sites: list[Site] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)
    ids: dict[type[Model], list[int]] = field(default_factory=dict)

    def ago(self, **span: float) -> dt.datetime:
        return self.now - dt.timedelta(**span)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, among: Sequence[T]) -> T:
        return self.rng.choice(among)

    def days(self, least: float, most: float) -> dt.timedelta:
        return dt.timedelta(days=self.rng.uniform(least, most))

    def at_work(self, day: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """Some minute of that day's working hours there; weekends move to Monday."""
        local = day.astimezone(zone)
        if local.isoweekday() > SUNDAY - 2:
            local += (SUNDAY + 1 - local.isoweekday()) * DAY
        minute = self.rng.randrange(8 * 60, 17 * 60)
        return local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)

    def today(self, hour: int, minute: int = 0, *, days: int = 0) -> dt.datetime:
        """A time of today, or of so many days from it, by the company's clock."""
        date = self.now.astimezone(self.company.zone).date() + days * DAY
        return dt.datetime.combine(date, dt.time(hour, minute), self.company.zone)

    def note(self, account: Account, kind: str, at: dt.datetime, **more: Any) -> None:
        """Remember a timeline row."""
        self.entries.append(NewEntry(account_id=account.pk, kind=kind, at=at, **more))

    def site(self, name: str) -> Site:
        return next(site for site in self.sites if site.account.name == name)

    def contact(self, site: str, last_name: str) -> Contact:
        return next(one for one in self.site(site).contacts if one.last_name == last_name)

    def next_id(self, model: type[Model]) -> int:
        """The id of one row to come."""
        if not self.ids.get(model):
            self.ids[model] = reserve_ids(model, IDS_AT_ONCE)[::-1]
        return self.ids[model].pop()


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Ids for rows to come, where other rows need them first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]
