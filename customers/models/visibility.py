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
BELOW = """
    SELECT link.descendant_id FROM customers_accountlink link
    JOIN customers_account above ON above.id = link.ancestor_id
    WHERE {owned}"""
# All of them at once, where the other way goes from one to the next: a third of the time for two thousand
# accounts, twice the time for forty thousand.
BELOW_FEW = """
    SELECT link.descendant_id FROM customers_accountlink link
    WHERE link.ancestor_id = ANY(ARRAY(SELECT above.id FROM customers_account above WHERE {owned}))"""
COUNTED = """
    SELECT count(*) FROM (
        SELECT FROM customers_accountlink link WHERE link.ancestor_id = ANY(ARRAY(
            SELECT above.id FROM customers_account above WHERE {owned} LIMIT %s
        )) LIMIT %s
    ) found"""


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
        few = accounts_of(owners, teams, at_once=True)
        return self.filter(equals_any_of(self.account_path, few))

    def below(self, account: Account) -> Self:
        """Rows of the account and of everything below it. Whoever sees the account sees all of them."""
        return self.of_tree(*account.tree)

    def of_tree(self, family_ids: list[int] | None, account_id: int | None) -> Self:
        """The same for what an account's `tree` says."""
        if family_ids is not None:
            return self.filter(equals_any(self.account_path, family_ids))
        link = apps.get_model("customers", "AccountLink")._default_manager
        below = link.filter(ancestor=account_id).values("descendant_id")
        return self.filter(**{f"{self.account_path}__in": below})


def accounts_of(owners: list[int], teams: list[int] | None = None, *, at_once: bool = False) -> RawSQL:
    """A subquery of the ids of all accounts of these owners and teams, with all below them.

    `at_once` for `equals_any_of`, which needs all of them before it begins.
    """
    owned, values = owned_by(owners, teams)
    statement = BELOW_FEW if at_once else BELOW
    return RawSQL(statement.format(owned=owned), values)  # noqa: S611  (no input)


def owned_by(owners: list[int], teams: list[int] | None) -> tuple[str, list[list[int]]]:
    """The condition on accounts `above`, and its values."""
    if teams is None:
        return "above.owner_id = ANY(%s)", [owners]
    return "above.owner_id = ANY(%s) OR above.team_id = ANY(%s)", [owners, teams]


def own_few(owners: list[int], teams: list[int] | None) -> bool:
    """Whether these and all below them are so few that they are better looked up than met."""
    owned, values = owned_by(owners, teams)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(owned=owned), [*values, FEW_OWN + 1, FEW_OWN + 1])
        return bool(cursor.fetchone()[0] <= FEW_OWN)
