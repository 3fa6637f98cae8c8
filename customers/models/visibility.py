"""Whose rows a person sees. One rule for pages, counts, search, API and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models.expressions import RawSQL

from crm.core.arrays import equals_any
from crm.core.models import Role, User

if TYPE_CHECKING:
    from customers.models.accounts import Account

M = TypeVar("M", bound=models.Model)
# Written out, because every page asks it several times: Django takes as long to build the query as Postgres
# to answer it.
BELOW = """
    SELECT link.descendant_id FROM customers_accountlink link
    JOIN customers_account above ON above.id = link.ancestor_id
    WHERE above.owner_id = ANY(%s)"""


def sees_everything(user: User) -> bool:
    return user.role != Role.ACCOUNT_MANAGER


def sight_of(user: User) -> tuple[list[int] | None, list[int] | None]:
    """Whose accounts a person answers for, as ids of owners and of teams; None and None for all there are.

    For a manager these are their own, their teams', and what members of teams they manage own.
    """
    if sees_everything(user):
        return None, None
    owners, teams = user.answers_for
    return [*owners], [*teams] or None


class CustomerQuerySet(models.QuerySet[M]):
    """Rows that belong to an account; `account_path` says how to get there."""

    account_path: ClassVar[str] = "account"

    def visible_to(self, user: User) -> Self:
        """Rows of accounts the person answers for, subtrees included; other roles see all."""
        return self.seen(*sight_of(user))

    def seen(self, owners: list[int] | None, teams: list[int] | None) -> Self:
        """The same for what `sight_of` answers."""
        if owners is None:
            return self
        return self.filter(**{f"{self.account_path}__in": accounts_of(owners, teams)})

    def below(self, account: Account) -> Self:
        """Rows of the account and of everything below it. Whoever sees the account sees all of them."""
        return self.of_tree(account.pk, account.family_ids)

    def of_tree(self, account_id: int, family_ids: list[int] | None) -> Self:
        """The same for an account's `family_ids`."""
        if family_ids is not None:
            return self.filter(equals_any(self.account_path, family_ids))
        link = apps.get_model("customers", "AccountLink")._default_manager
        below = link.filter(ancestor=account_id).values("descendant_id")
        return self.filter(**{f"{self.account_path}__in": below})


def accounts_of(owners: list[int], teams: list[int] | None = None) -> RawSQL:
    """A subquery of the ids of all accounts of these owners and teams, with all below them."""
    if teams is None:
        return RawSQL(BELOW, [owners])  # noqa: S611  (no input)
    return RawSQL(f"{BELOW} OR above.team_id = ANY(%s)", [owners, teams])  # noqa: S611
