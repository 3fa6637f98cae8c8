"""Plain functions that make the rows a test needs, through the services where there is one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from crm.core.models import Role, Team, TeamMember, User
from customers.models import Account, Contact, Product, ProductLine, Purchase, Task
from customers.services.accounts import create_account as create_account_service
from customers.services.contacts import create_contact as create_contact_service
from customers.services.purchases import LineInput, change_status, record_purchase
from customers.services.tasks import create_task as create_task_service

serial = count(1)
PASSWORD = "correct horse battery"


def create_user(
    *, role: str = Role.ADMIN, name: str = "", email: str = "", password: str = "", **fields: Any
) -> User:
    """A staff member; without a password nobody can sign in as them, tests use `client.force_login`."""
    n = next(serial)
    return User.objects.create_user(
        email or f"staff{n}@example.com", password or None, name=name or f"Staff {n}", role=role, **fields
    )


def create_team(*, name: str = "", members: tuple[User, ...] = (), managers: tuple[User, ...] = ()) -> Team:
    team = Team.objects.create(name=name or f"Team {next(serial)}")
    for user in {*members, *managers}:
        TeamMember.objects.create(team=team, user=user, is_manager=user in managers)
    return team


def create_account(*, name: str = "", **fields: Any) -> Account:
    return create_account_service(name=name or f"School District {next(serial)}", **fields)


def create_contact(*, account: Account | None = None, **fields: Any) -> Contact:
    n = next(serial)
    defaults = {"first_name": "Dana", "last_name": f"Whit{n}", "email": f"dana{n}@customer.example"}
    return create_contact_service(account=account or create_account(), **{**defaults, **fields})


def create_product(*, name: str = "", line: ProductLine | None = None, **fields: Any) -> Product:
    n = next(serial)
    fields = {"sku": f"SKU-{n}", "price": Decimal(100), "cost": Decimal(60), **fields}
    return Product.objects.create(name=name or f"Bleacher {n}", line=line, **fields)


def create_product_line(*, name: str = "") -> ProductLine:
    n = next(serial)
    return ProductLine.objects.create(name=name or f"Line {n}", slug=f"line-{n}")


def create_purchase(
    *,
    account: Account | None = None,
    contact: Contact | None = None,
    product: Product | None = None,
    quantity: int = 1,
    unit_price: Decimal | int = 100,
    ordered_at: dt.datetime | None = None,
    delivered_at: dt.datetime | None = None,
    **fields: Any,
) -> Purchase:
    """An order of one line; with `delivered_at` it is delivered as well."""
    account = account or (contact.account if contact else create_account())
    ordered_at = ordered_at or (delivered_at or timezone.now()) - dt.timedelta(days=3 if delivered_at else 0)
    line = LineInput(
        product=product or create_product(), quantity=Decimal(quantity), unit_price=Decimal(unit_price)
    )
    purchase = record_purchase(
        account=account, contact=contact, lines=[line], ordered_at=ordered_at, **fields
    )
    if delivered_at:
        purchase = change_status(purchase=purchase, status="delivered", at=delivered_at)
    return purchase


def create_task(
    *, account: Account | None = None, title: str = "", due_at: dt.datetime | None = None, **fields: Any
) -> Task:
    """An open task, due now unless said otherwise."""
    return create_task_service(
        account=account or create_account(),
        title=title or f"Call number {next(serial)}",
        due_at=due_at or timezone.now(),
        **fields,
    )
