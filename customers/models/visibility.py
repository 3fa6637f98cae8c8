"""Whose rows a person sees. One rule for pages, counts, search, API and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q

from crm.core.arrays import equals_any
from crm.core.models import Role, User

if TYPE_CHECKING:
    from customers.models.accounts import Account

M = TypeVar("M", bound=models.Model)


def responsible(user: User, prefix: str = "") -> Q:
    """Accounts a manager answers for: their own, their teams', and what members of teams they manage own."""
    owners, teams = user.answers_for
    found = Q(**{f"{prefix}owner_id__in": owners})
    if teams:
        found |= Q(**{f"{prefix}team_id__in": teams})
    return found


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


def visible_account_ids(user: User) -> models.QuerySet[models.Model, dict[str, int]]:
    """A subquery of the ids of every account a manager answers for, through the tree."""
    link = apps.get_model("customers", "AccountLink")
    return link._default_manager.filter(responsible(user, "ancestor__")).values("descendant_id")
