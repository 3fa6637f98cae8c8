"""What the customers app lets people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from customers.forms.accounts import AccountFilter
from customers.models import (
    Account,
    Contact,
    Interaction,
    InteractionContact,
    Product,
    Purchase,
    PurchaseLine,
    Task,
)
from customers.views.account_list import narrowed
from customers.views.tasks import listed

Filters = Mapping[str, str]


def account_rows(user: User, filters: Filters) -> QuerySet[Any]:
    visible = Account.objects.visible_to(user)
    return narrowed(AccountFilter(filters, user=user), user, visible) if filters else visible


def account_filters(user: User, filters: Filters) -> Mapping[str, str]:
    return AccountFilter(filters, user=user).in_words()


def contact_rows(user: User, filters: Filters) -> QuerySet[Any]:
    return Contact.objects.visible_to(user).filter(erased_at=None)


def product_rows(user: User, filters: Filters) -> QuerySet[Any]:
    return Product.objects.all()


def purchase_rows(user: User, filters: Filters) -> QuerySet[Any]:
    return Purchase.objects.visible_to(user)


def purchase_line_rows(user: User, filters: Filters) -> QuerySet[Any]:
    return PurchaseLine.objects.visible_to(user)


def interaction_rows(user: User, filters: Filters) -> QuerySet[Any]:
    people = InteractionContact.objects.filter(interaction=OuterRef("pk")).order_by("contact")
    return Interaction.objects.visible_to(user).annotate(
        people_ids=ArraySubquery(people.values("contact_id"))
    )


def task_rows(user: User, filters: Filters) -> QuerySet[Any]:
    """What the page lists, when asked from there; else everything, also what is done."""
    if not filters:
        return Task.objects.visible_to(user)
    return listed(user, team="team" in filters, late="late" in filters)


def task_filters(user: User, filters: Filters) -> Mapping[str, str]:
    words = {str(_("Whose")): str(_("My team") if "team" in filters else _("Mine"))}
    return words | ({str(_("When")): str(_("Overdue"))} if "late" in filters else {})


def columns(*names: str, **renamed: str) -> list[Column]:
    """Columns called like their fields, then those with names of their own."""
    return [Column(name, name) for name in names] + [Column(name, path) for name, path in renamed.items()]


COSTS = "costs.view"
ACCOUNT = {"account_id": "account_id", "account": "account__name"}
EXPORTS = [
    Export(
        name="customers.accounts",
        label=_("Customers"),
        rows=account_rows,
        in_words=account_filters,
        columns=[
            *columns(
                "id", "external_id", "name", "kind", "parent_id", "industry", "website", "phone", "street"
            ),
            *columns("city", "region", "postal_code", "country", "about", "customer_since", "archived_at"),
            *columns(
                owner="owner__email",
                team="team__name",
                orders="summary__orders",
                revenue="summary__revenue",
                revenue_12_months="summary__revenue_12m",
                first_purchase_at="summary__first_purchase_at",
                last_purchase_at="summary__last_purchase_at",
                last_touch_at="summary__last_touch_at",
            ),
            Column("acquisition_cost", "acquisition_cost", COSTS),
        ],
        order=10,
    ),
    Export(
        name="customers.contacts",
        label=_("Contacts"),
        rows=contact_rows,
        columns=[
            *columns("id", "external_id", **ACCOUNT),
            *columns("first_name", "last_name", "job_title", "email", "phone", "roles", "language"),
            *columns("time_zone", "archived_at"),
        ],
        order=20,
    ),
    Export(
        name="customers.products",
        label=_("Products"),
        rows=product_rows,
        columns=[
            *columns("id", "sku", "name", line="line__name"),
            *columns("price", "is_active"),
            Column("cost", "cost", COSTS),
        ],
        order=30,
    ),
    Export(
        name="customers.purchases",
        label=_("Purchases"),
        rows=purchase_rows,
        columns=[
            *columns("id", "number", **ACCOUNT),
            *columns("contact_id", "status", "ordered_at", "shipped_at", "delivered_at", "installed_at"),
            *columns("total", "original_currency", "original_total", "is_history"),
        ],
        order=40,
    ),
    Export(
        name="customers.purchase_lines",
        label=_("Lines of purchases"),
        rows=purchase_line_rows,
        columns=[
            *columns("id", "purchase_id", purchase="purchase__number", account_id="purchase__account_id"),
            *columns("ordinal", "description", "quantity", "unit_price", "amount"),
            *columns(sku="product__sku", product="product__name"),
            Column("unit_cost", "unit_cost", COSTS),
        ],
        order=41,
    ),
    Export(
        name="customers.interactions",
        label=_("Conversations"),
        rows=interaction_rows,
        columns=[
            *columns("id", **ACCOUNT, contacts="people_ids"),
            *columns("channel", "at", "minutes", "body", "outcome", "mood"),
            *columns(need="need_line__name", author="author__email"),
        ],
        order=50,
    ),
    Export(
        name="customers.tasks",
        label=_("Tasks"),
        rows=task_rows,
        in_words=task_filters,
        columns=[
            *columns("id", **ACCOUNT, owner="owner__email"),
            *columns("contact_id", "kind", "title", "why", "due_at", "is_urgent", "state", "outcome"),
            *columns("done_at", done_by="done_by__email"),
        ],
        order=60,
    ),
]
