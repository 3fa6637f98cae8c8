"""Everything the account screen shows, gathered in a handful of queries over the account and all below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from crm.core.compiled import compiled
from crm.core.models import User
from crm.core.registry import Panel, Tone, registry
from customers.models import Account, Contact, Interaction, Message, Purchase, Task, names
from customers.models.accounts import FEW

CHILDREN, PEOPLE, TASKS, ORDERS = 12, 8, 8, 5
LATELY = dt.timedelta(days=7)
FAMILY_COLUMNS = (
    *("revenue", "revenue_12m", "orders", "first_purchase", "last_purchase", "last_touch"),
    *("locations", "departments", "divisions"),
)
FAMILY_FIGURES = """
    SELECT COALESCE(sum(s.revenue), 0), COALESCE(sum(s.revenue_12m), 0), COALESCE(sum(s.orders), 0),
           min(s.first_purchase_at), max(s.last_purchase_at), max(s.last_touch_at),
           count(*) FILTER (WHERE a.kind = 'location' AND l.depth > 0 AND a.archived_at IS NULL),
           count(*) FILTER (WHERE a.kind = 'department' AND l.depth > 0 AND a.archived_at IS NULL),
           count(*) FILTER (WHERE a.kind = 'division' AND l.depth > 0 AND a.archived_at IS NULL),
           (array_agg(l.descendant_id))[:%s]
    FROM customers_accountlink l
    JOIN customers_account a ON a.id = l.descendant_id
    LEFT JOIN customers_accountsummary s ON s.account_id = a.id
    WHERE l.ancestor_id = %s
"""


@dataclass(frozen=True)
class Filled:
    """A registered panel with what it found."""

    panel: Panel
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Shortened:
    """The first rows of a longer list, and whether there is more of it."""

    rows: Sequence[Any]
    more: bool

    @classmethod
    def of(cls, found: Sequence[Any], limit: int) -> Self:
        return cls(found[:limit], len(found) > limit)


def family_figures(account: Account) -> dict[str, Any]:
    """Sums over the account and everything below it, from the one-row summaries.

    Who all these are comes along, and is kept for what the screen asks next.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAMILY_FIGURES, [FEW + 1, account.pk])
        *figures, ids = cursor.fetchone()
    account.family_ids = None if len(ids or []) > FEW else ids or []
    return dict(zip(FAMILY_COLUMNS, figures, strict=True))


def trail_to(account: Account, user: User) -> Sequence[Account]:
    """The accounts above it that the person may open, the topmost first."""
    if account.parent_id is None:
        return []
    return list(Account.objects.above(account).visible_to(user))


@dataclass(frozen=True)
class OpenTasks(Shortened):
    """What is open at an account, the most pressing first."""

    @property
    def next_due(self) -> dt.datetime:
        return min(task.due_at for task in self.rows)

    @property
    def tone(self) -> Tone:
        return "bad" if self.next_due < timezone.now() else "plain"


def children_of(account: Account) -> Shortened:
    if account.family_ids == [account.pk]:
        return Shortened([], more=False)
    return Shortened.of(children(account.pk), CHILDREN)


@compiled
def children(account_id: int) -> QuerySet[Account]:
    shown = ("name", "kind", "parent", "summary__orders", "summary__revenue_12m", *names.of_user("owner"))
    found = Account.objects.active().filter(parent=account_id).select_related("summary", "owner")
    return found.only(*shown).order_by("name", "id")[: CHILDREN + 1]


def people_of(account: Account) -> Shortened:
    """The account's own people first, then those further down."""
    return Shortened.of(people(account.pk), PEOPLE)


@compiled
def people(account_id: int) -> QuerySet[Contact]:
    found = Contact.objects.active().filter(account__upward__ancestor=account_id)
    found = found.annotate(depth=F("account__upward__depth")).for_reading()
    return found.order_by("depth", "last_name", "id")[: PEOPLE + 1]


def open_tasks_of(account: Account) -> OpenTasks:
    return OpenTasks.of(open_tasks(*account.tree), TASKS)


@compiled
def open_tasks(family_ids: list[int] | None, account_id: int | None) -> QuerySet[Task]:
    found = Task.objects.open().of_tree(family_ids, account_id).for_reading()
    return found.order_by("-is_urgent", "due_at", "id")[: TASKS + 1]


def latest_orders_of(account: Account) -> Shortened:
    return Shortened.of(latest_orders(account.pk), ORDERS)


@compiled
def latest_orders(account_id: int) -> QuerySet[Purchase]:
    return Purchase.objects.newest_of_tree(account_id, limit=ORDERS + 1)


def next_message_of(account: Account) -> Message | None:
    """What will be sent next; the lower bound lets the index by account answer."""
    found = next_messages(*account.tree, timezone.now() - LATELY)
    return found[0] if found else None


@compiled
def next_messages(
    family_ids: list[int] | None, account_id: int | None, since: dt.datetime
) -> QuerySet[Message]:
    found = Message.objects.waiting().of_tree(family_ids, account_id).filter(due_at__gte=since)
    found = found.select_related("contact", "content").only("due_at", "content__name", *names.of_contact())
    return found.order_by("due_at", "id")[:1]


def last_contact_of(account: Account) -> Contact | None:
    """With whom was spoken last, the composer's first guess."""
    found = last_contacts(account.pk)
    return found[0] if found else None


@compiled
def last_contacts(account_id: int) -> QuerySet[Contact]:
    latest = Interaction.objects.filter(account=account_id).order_by("-at", "-id").values("pk")[:1]
    return Contact.objects.active().filter(interactions__in=latest).order_by("id")[:1]


def filled_panels(account: Account, user: User, place: Literal["fact", "side"]) -> list[Filled]:
    """The cards that the apps offer for this account, without those that have nothing to say."""
    loaded = ((panel, panel.load(account, user)) for panel in registry.panels if panel.place == place)
    return [Filled(panel, context) for panel, context in loaded if context is not None]
