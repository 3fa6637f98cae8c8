"""Queries that are built once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from crm.core.arrays import equals_any
from crm.core.compiled import compiled
from crm.core.models import User
from customers.models import Account, Contact, Task
from tests.factories import create_account, create_contact, create_task, create_user

pytestmark = pytest.mark.django_db


def are_kept(ask: Callable[..., Any]) -> list[bool]:
    """For each shape of arguments so far, whether its query is kept."""
    return [found is not None for found in ask.known.values()]  # type: ignore[attr-defined]


def people(account_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(account=account_id).select_related("account").order_by("id")[:3]


def tasks(ids: list[int] | None, until: dt.datetime, only_urgent: bool) -> QuerySet[Task]:
    found = Task.objects.filter(due_at__lt=until)
    if ids is not None:
        found = found.filter(equals_any("account", ids))
    return found.filter(is_urgent=True) if only_urgent else found


def named(name: str) -> QuerySet[Account, tuple[int, str]]:
    return Account.objects.filter(name=name).values_list("pk", "name")


def test_the_rows_are_those_of_the_queryset(django_assert_num_queries) -> None:
    ask = compiled(people)
    for account in (create_account(), create_account(), create_account()):
        for _ in range(4):
            create_contact(account=account)
        expected = list(people(account.pk))

        with django_assert_num_queries(1):
            found = ask(account.pk)
            assert [person.account.name for person in found] == [account.name] * 3
        assert found == expected
    assert are_kept(ask) == [True]


def test_none_and_booleans_decide_what_is_asked() -> None:
    ask, now = compiled(tasks), timezone.now()
    accounts = [create_account(), create_account()]
    for account in accounts:
        for is_urgent in (True, False):
            create_task(account=account, owner=create_user(), is_urgent=is_urgent, due_at=now)
    every = [account.pk for account in accounts]

    for ids in (every, every[:1], [], None):
        for until in (now, now + dt.timedelta(seconds=1)):
            for only_urgent in (True, False):
                found = {task.pk for task in ask(ids, until, only_urgent)}
                assert found == {task.pk for task in tasks(ids, until, only_urgent)}
    assert are_kept(ask) == [True] * 4


def test_words_and_plain_values() -> None:
    ask = compiled(named)
    made = [create_account(name=name) for name in ("O'Neill %s", "the argument number 0")]
    for account in made:
        assert ask(account.name) == [(account.pk, account.name)]
    assert are_kept(ask) == [True]


@pytest.mark.parametrize("sizes", [(5, 50), (50, 5)])
def test_a_function_that_looks_at_its_values_is_asked_each_time(sizes: tuple[int, int]) -> None:
    small, large = create_account(name="small"), create_account(name="large")

    @compiled
    def by_size(size: int) -> QuerySet[Account]:
        return Account.objects.filter(name="large" if size > 10 else "small")

    @compiled
    def first(count: int) -> QuerySet[Account]:
        return Account.objects.order_by("id")[:count]

    @compiled
    def doubled(pk: int) -> QuerySet[Account]:
        return Account.objects.filter(pk=2 * pk)

    for size in sizes:
        assert by_size(size) == [large if size > 10 else small]
    assert first(1) == [small]
    assert first(2) == [small, large]
    assert doubled(small.pk) == []
    assert are_kept(by_size) == are_kept(first) == are_kept(doubled) == [False]


def test_a_function_that_looks_around_is_asked_each_time() -> None:
    task = create_task(due_at=dt.datetime(2026, 3, 1, 20, tzinfo=dt.UTC))

    @compiled
    def since(day: dt.date) -> QuerySet[Task]:
        return Task.objects.filter(due_at__date__gte=day)

    @compiled
    def lately(account_id: int) -> QuerySet[Task]:
        return Task.objects.filter(account=account_id, due_at__lt=timezone.now())

    with timezone.override("Asia/Tokyo"):
        assert since(dt.date(2026, 3, 2)) == [task]
    assert since(dt.date(2026, 3, 2)) == []
    assert lately(task.account_id) == [task]
    assert are_kept(since) == are_kept(lately) == [False]


def test_values_that_could_be_frozen_are_refused() -> None:
    @compiled
    def of_kinds(kinds: tuple[str, ...]) -> QuerySet[Task]:
        return Task.objects.filter(kind__in=kinds)

    @compiled
    def of_owner(owner: User) -> QuerySet[Task]:
        return Task.objects.filter(owner=owner)

    with pytest.raises(TypeError, match="takes no tuple"):
        of_kinds(("call",))
    with pytest.raises(TypeError, match="takes no User"):
        of_owner(create_user())
    with pytest.raises(TypeError, match="by position"):
        compiled(named)(name="small")


def test_equal_values_keep_their_places() -> None:
    @compiled
    def between(first: dt.date, last: dt.date) -> QuerySet[Account]:
        return Account.objects.filter(customer_since__gte=first, customer_since__lte=last)

    account = create_account(customer_since=dt.date(2021, 5, 5))
    assert between(dt.date(2021, 5, 5), dt.date(2021, 5, 5)) == [account]
    assert between(dt.date(2021, 1, 1), dt.date(2021, 5, 4)) == []
    assert between(dt.date(2021, 1, 1), dt.date(2022, 1, 1)) == [account]
    assert are_kept(between) == [True]


@pytest.mark.parametrize("huge_first", [True, False])
def test_nobody_has_an_id_larger_than_any(django_assert_num_queries, huge_first: bool) -> None:
    account = create_account()

    @compiled
    def by_id(pk: int) -> QuerySet[Account]:
        return Account.objects.filter(pk=pk)

    if not huge_first:
        assert by_id(account.pk) == [account]

    with django_assert_num_queries(0):
        assert by_id(10**30) == by_id(-(10**30)) == []

    assert by_id(2**63 - 1) == []
    assert by_id(account.pk) == [account]
    assert are_kept(by_id) == [True]


@pytest.mark.django_db(transaction=True)
def test_every_thread_asks_on_its_own_connection() -> None:
    ask, account = compiled(people), create_account()
    person = create_contact(account=account)
    found: list[list[Contact]] = [ask(account.pk)]

    def other() -> None:
        found.append(ask(account.pk))
        connection.close()

    threads = [Thread(target=other) for _ in range(8)]
    connection.close()  # what was compiled on it must not need it any more
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [[person]] * 9
