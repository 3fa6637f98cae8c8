"""Whose rows a person sees. One rule for pages, counts, search, API and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import connection, models
from django.db.models.expressions import RawSQL

from crm.core.arrays import equals_any, equals_any_of
from crm.core.models import Role, User

if TYPE_CHECKING:
    from customers.models.accounts import Account

M = TypeVar("M", bound=models.Model)
FEW_OWN = 5000
# Written out, because every page asks it several times: Django takes as long to build the query as Postgres
# to answer it.
OWNED = "above.owner_id = ANY(%s)"
IN_TEAM = "above.team_id = ANY(%s)"
BELOW = """
    SELECT link.descendant_id FROM customers_accountlink link
    JOIN customers_account above ON above.id = link.ancestor_id
    WHERE {owned}"""
# All of them at once, where the other way goes from one to the next: a third of the time for two thousand
# accounts, twice the time for forty thousand.
BELOW_FEW = """
    SELECT link.descendant_id FROM customers_accountlink link
    WHERE link.ancestor_id = ANY(ARRAY(SELECT above.id FROM customers_account above WHERE {owned}))"""
OWN_UP_TO = "SELECT count(*) FROM (SELECT FROM customers_account above WHERE {owned} LIMIT %s) found"


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

    def looked_up(self, user: User) -> Self:
        """The same for questions to all of these rows, not to the first few on the way through an index."""
        owners, teams = sight_of(user)
        if owners is None or not own_few(owners, teams):
            return self.seen(owners, teams)
        few = accounts_of(owners, teams, statement=BELOW_FEW)
        return self.filter(equals_any_of(self.account_path, few))

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


def accounts_of(owners: list[int], teams: list[int] | None = None, *, statement: str = BELOW) -> RawSQL:
    """A subquery of the ids of all accounts of these owners and teams, with all below them."""
    if teams is None:
        return RawSQL(statement.format(owned=OWNED), [owners])  # noqa: S611  (no input)
    return RawSQL(statement.format(owned=f"{OWNED} OR {IN_TEAM}"), [owners, teams])  # noqa: S611


def own_few(owners: list[int], teams: list[int] | None) -> bool:
    """Whether so few accounts are theirs that they are better looked up than met."""
    owned, values = (f"{OWNED} OR {IN_TEAM}", [owners, teams]) if teams else (OWNED, [owners])
    with connection.cursor() as cursor:
        cursor.execute(OWN_UP_TO.format(owned=owned), [*values, FEW_OWN + 1])
        return bool(cursor.fetchone()[0] <= FEW_OWN)
