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


def test_a_function_that_looks_at_its_values_is_asked_each_time() -> None:
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

    assert by_size(5) == [small]
    assert by_size(50) == [large]
    assert first(1) == [small]
    assert first(2) == [small, large]
    assert doubled(small.pk) == []
    assert are_kept(by_size) == are_kept(first) == are_kept(doubled) == [False]


@pytest.mark.django_db(transaction=True)
def test_every_thread_asks_on_its_own_connection() -> None:
    ask, account = compiled(people), create_account()
    person = create_contact(account=account)
    found: list[list[Contact]] = [ask(account.pk)]

    def other() -> None:
        found.append(ask(account.pk))
        connection.close()

    thread = Thread(target=other)
    connection.close()  # what was compiled on it must not need it any more
    thread.start()
    thread.join()

    assert found == [[person], [person]]
