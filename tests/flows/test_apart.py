"""What one enrolment breaks, or waits for, is its own business: the others take their steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.core.registry import Step, registry
from customers.flows import engine
from customers.flows.engine import move_on, step_due
from customers.flows.models import Enrolment
from customers.flows.results import Next
from customers.flows.services import Entrant, enrol_many, ensure_flow
from customers.models import Account, Task
from tests.factories import create_account
from tests.flows.conftest import spec

pytestmark = pytest.mark.usefixtures("committed_db")
AddStep = Callable[[str, Callable[[Enrolment, Mapping[str, Any]], Next]], None]


@pytest.fixture
def add_step(monkeypatch: pytest.MonkeyPatch) -> AddStep:
    def add(name: str, run: Callable[[Enrolment, Mapping[str, Any]], Next]) -> None:
        step = Step(name=name, label=name, icon="x", run=run, describe=str)
        monkeypatch.setitem(registry.steps, name, step)

    return add


def fill(slug: str, accounts: list[Account]) -> None:
    """A flow of one step, named like it, with an enrolment due for each account in this order."""
    ensure_flow(slug=slug, name=slug, steps=[spec(slug, title=slug)], running=True)
    now = timezone.now()
    entrants = [
        Entrant(account_id=account.pk, contact_id=None, key=f"{slug}:{n}", at=now)
        for n, account in enumerate(accounts)
    ]
    assert enrol_many(flow_slug=slug, entrants=entrants) == len(accounts)


def standing(slug: str) -> list[tuple[str, int]]:
    found = Enrolment.objects.filter(flow__slug=slug).order_by("pk")
    return list(found.values_list("state", "attempts"))


def side_by_side(*jobs: Callable[[], object]) -> None:
    """Run these at the same time, each on a connection of its own."""

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def held_elsewhere(account: Account) -> Iterator[None]:
    """Another connection is at this account's row, and takes its time."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=account.pk)
            is_held.set()
            may_go.wait()
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        yield
    finally:
        may_go.set()
        thread.join()


def test_a_step_that_fails_only_at_its_commit_stops_nobody_else(add_step: AddStep) -> None:
    accounts = [create_account() for _ in range(3)]

    def of_nobody(enrolment: Enrolment, params: Mapping[str, Any]) -> Next:
        account_id = 0 if enrolment.account_id == accounts[0].pk else enrolment.account_id
        Task.objects.create(account_id=account_id, title="deferred", due_at=timezone.now())
        return Next()

    add_step("deferred", of_nobody)
    fill("deferred", accounts)

    assert step_due() == 3

    assert standing("deferred") == [("active", 1), ("done", 0), ("done", 0)]
    assert Enrolment.objects.get(key="deferred:0").outcome.startswith("IntegrityError")
    assert Task.objects.filter(title="deferred").count() == 2


def test_a_row_that_somebody_holds_keeps_nobody_else(
    add_step: AddStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_WAIT", "100ms")
    accounts = [create_account() for _ in range(3)]
    add_step("held", registry.steps["note"].run)
    fill("held", accounts)

    with held_elsewhere(accounts[0]):
        step_due()
        assert standing("held") == [("active", 1), ("done", 0), ("done", 0)]

    Enrolment.objects.filter(flow__slug="held", state="active").update(due_at=timezone.now())
    step_due()
    assert standing("held") == [("done", 0)] * 3
    assert Task.objects.filter(title="held").count() == 3


def test_engines_that_meet_the_accounts_in_opposite_order_do_not_wait_in_a_circle(add_step: AddStep) -> None:
    """Batches of two, A B and B A: were they transactions, each would hold what the other one wants."""
    one, other = create_account(), create_account()
    together, met = threading.Barrier(2, timeout=20), set()

    def hold(enrolment: Enrolment, params: Mapping[str, Any]) -> Next:
        Account.objects.select_for_update().get(pk=enrolment.account_id)
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            together.wait()
        return Next()

    add_step("circle", hold)
    fill("circle", [one, other, other, one])

    def work() -> None:
        while step_due(limit=2):
            pass

    side_by_side(work, work)

    assert standing("circle") == [("done", 0)] * 4


def test_two_steps_in_each_others_way_are_both_taken_in_the_end(add_step: AddStep) -> None:
    """Each locks both accounts, the other way round: the database lets one go on and the other try again."""
    pair = [create_account(), create_account()]
    together = threading.Barrier(2, timeout=20)

    def lock_both(enrolment: Enrolment, params: Mapping[str, Any]) -> Next:
        first, second = pair if enrolment.account_id == pair[0].pk else pair[::-1]
        Account.objects.select_for_update().get(pk=first.pk)
        if enrolment.attempts == 0:
            together.wait()
        Account.objects.select_for_update().get(pk=second.pk)
        return Next()

    add_step("tangle", lock_both)
    fill("tangle", pair)

    one, other = Enrolment.objects.filter(flow__slug="tangle").select_related("account", "version")

    side_by_side(lambda: move_on(one, None), lambda: move_on(other, None))

    assert sorted(standing("tangle")) == [("active", 1), ("done", 0)]
    late = Enrolment.objects.get(flow__slug="tangle", state="active")
    assert "deadlock" in late.outcome
    Enrolment.objects.filter(pk=late.pk).update(due_at=timezone.now())
    step_due()
    assert standing("tangle") == [("done", 0)] * 2
