"""Every step once: with two engines at the same time, and after a crash in the middle."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.utils import timezone

from crm.core.registry import Step, registry
from customers.flows.engine import step_due
from customers.flows.models import Enrolment, StepRun
from customers.flows.results import Next
from customers.flows.services import Entrant, enrol_many, ensure_flow, pause_flow
from customers.models import Task
from tests.factories import create_account
from tests.flows.conftest import spec

pytestmark = pytest.mark.usefixtures("committed_db")
PEOPLE, ENGINES = 120, 3


def fill(slug: str, *steps, people: int) -> None:
    account = create_account()
    ensure_flow(slug=slug, name=slug, steps=steps, running=True)
    entrants = [Entrant(account_id=account.pk, contact_id=None, key=f"{slug}:{n}") for n in range(people)]
    assert enrol_many(flow_slug=slug, entrants=entrants) == people


def test_several_engines_take_each_step_once():
    fill("race", spec("note", title="one"), spec("note", title="two"), people=PEOPLE)
    together, taken = threading.Barrier(ENGINES), []

    def engine() -> None:
        together.wait()
        while count := step_due(limit=20):
            taken.append(count)
        connection.close()

    engines = [threading.Thread(target=engine) for _ in range(ENGINES)]
    for thread in engines:
        thread.start()
    for thread in engines:
        thread.join()

    assert sum(taken) == 2 * PEOPLE
    assert Enrolment.objects.filter(flow__slug="race", state="done").count() == PEOPLE
    assert StepRun.objects.filter(enrolment__flow__slug="race").count() == 2 * PEOPLE
    assert Task.objects.filter(title="one").count() == Task.objects.filter(title="two").count() == PEOPLE


class PowerCut(BaseException):
    """Nothing in the engine catches this, as nothing catches a kill."""


def test_a_crash_after_the_work_undoes_it_and_the_next_try_does_it_once(monkeypatch):
    def work_then_crash(enrolment, params):
        Task.objects.create(account=enrolment.account, title="fragile", due_at=timezone.now())
        if power == "off":
            raise PowerCut
        return Next()

    power = "off"
    step = Step(name="fragile", label="fragile", icon="x", run=work_then_crash, describe=str)
    monkeypatch.setitem(registry.steps, "fragile", step)
    fill("crash", spec("note", title="before"), spec("fragile"), people=2)

    with pytest.raises(PowerCut):
        step_due()
    connection.close()
    standing = Enrolment.objects.filter(flow__slug="crash").values_list("position", "attempts", "state")
    assert list(standing) == [(1, 0, "active")] * 2
    assert not Task.objects.filter(title="fragile").exists()

    power = "on"
    step_due()

    assert Task.objects.filter(title="fragile").count() == 2
    assert Task.objects.filter(title="before").count() == 2
    assert Enrolment.objects.filter(flow__slug="crash", state="done").count() == 2


def test_a_flow_paused_by_another_connection_stops_within_a_batch(monkeypatch):
    def pause_from_elsewhere(enrolment, params):
        def pause() -> None:
            pause_flow(flow=enrolment.flow)
            connection.close()

        thread = threading.Thread(target=pause)
        thread.start()
        thread.join()
        return Next()

    step = Step(name="pauser", label="pauser", icon="x", run=pause_from_elsewhere, describe=str)
    monkeypatch.setitem(registry.steps, "pauser", step)
    fill("paused", spec("pauser"), spec("note", title="later"), people=1)

    step_due()

    assert not Task.objects.filter(title="later").exists()
    assert Enrolment.objects.get(flow__slug="paused").state == "active"
