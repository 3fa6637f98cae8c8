"""Steps and flows that tests of the engine are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import time_machine

from crm.core.registry import Exit, Step, registry
from customers.flows.models import Enrolment, StepSpec
from customers.flows.results import Finish, Next, Result
from customers.services.tasks import create_task

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)  # a Monday


def leave_a_task(enrolment: Enrolment, params: Mapping[str, Any]) -> Next:
    """Work that can be counted: a row per run, without a key that would forgive a second one."""
    create_task(account=enrolment.account, title=params["title"], due_at=enrolment.due_at)
    return Next("left a task")


def finish(enrolment: Enrolment, params: Mapping[str, Any]) -> Finish:
    return Finish("enough")


TEST_STEPS: dict[str, Callable[..., Result]] = {"note": leave_a_task, "over": finish}


def spec(step: str, **params: Any) -> StepSpec:
    return {"id": f"{step}-{params.get('title', '')}{params.get('days', '')}", "step": step, "params": params}


@pytest.fixture(autouse=True)
def test_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """`note` leaves a task with a title, `over` ends the flow."""
    for name, run in TEST_STEPS.items():
        step = Step(name=name, label=name, icon="note", run=run, describe=lambda params: params["title"])
        monkeypatch.setitem(registry.steps, name, step)


@pytest.fixture
def add_exit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Register an exit that these enrolments have reached, by a function of the ids asked."""

    def add(name: str, reached: Callable[[Any], set[int]]) -> str:
        monkeypatch.setitem(registry.exits, name, Exit(name=name, label=f"because {name}", reached=reached))
        return name

    return add


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that only moves when told to; it starts on a Monday at noon."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates
