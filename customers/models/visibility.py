"""Whose rows a person sees. One rule for pages, counts, search, API and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

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


class CustomerQuerySet(models.QuerySet[M]):
    """Rows that belong to an account; `account_path` says how to get there."""

    account_path: ClassVar[str] = "account"

    def visible_to(self, user: User) -> Self:
        """Rows of accounts the person answers for, subtrees included; other roles see all."""
        if sees_everything(user):
            return self
        return self.filter(**{f"{self.account_path}__in": visible_account_ids(user)})

    def below(self, account: Account) -> Self:
        """Rows of the account and of everything below it. Whoever sees the account sees all of them."""
        if account.family_ids is not None:
            return self.filter(equals_any(self.account_path, account.family_ids))
        return self.filter(**{f"{self.account_path}__in": account.downward.values("descendant_id")})


def visible_account_ids(user: User) -> RawSQL:
    """A subquery of the ids of every account a manager answers for, through the tree.

    These are their own, their teams', and what members of teams they manage own, with all below them.
    """
    owners, teams = user.answers_for
    if teams:
        return RawSQL(f"{BELOW} OR above.team_id = ANY(%s)", [[*owners], [*teams]])  # noqa: S611  (no input)
    return RawSQL(BELOW, [[*owners]])  # noqa: S611


def own_account_ids(user: User) -> RawSQL:
    """A subquery of the ids of the accounts that are the person's own, and of all below them."""
    return RawSQL(BELOW, [[user.pk]])  # noqa: S611
