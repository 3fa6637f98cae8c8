"""Whatever the steps and whenever the engine runs: no wait is skipped, nothing done twice, all runs end."""

from __future__ import annotations

import datetime as dt
from itertools import count, cycle

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.flows.engine import step_due
from customers.flows.models import Enrolment, StepRun
from customers.flows.services import enrol, ensure_flow
from customers.models import Task
from tests.factories import create_account
from tests.flows.conftest import NOON

pytestmark = pytest.mark.django_db
serial = count(1)
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

days = st.integers(min_value=0, max_value=20)
plans = st.lists(st.one_of(st.just("note"), days), max_size=8)
hours_late = st.lists(st.integers(min_value=0, max_value=24 * 15), min_size=1, max_size=6)


def steps_of(plan, name):
    return [
        {"id": str(n), "step": "note", "params": {"title": f"{name}-{n}"}}
        if what == "note"
        else {"id": str(n), "step": "wait", "params": {"days": what}}
        for n, what in enumerate(plan)
    ]


def run_to_the_end(clock, enrolment: Enrolment, delays: list[int]) -> list[dt.datetime]:
    """Run the engine a moment too early, then hours late, until it is over; answers when steps were taken."""
    for delay in cycle(delays):
        step_due()
        enrolment.refresh_from_db()
        if enrolment.state != "active":
            break
        clock.move_to(enrolment.due_at - dt.timedelta(seconds=1))
        assert step_due() == 0
        clock.move_to(enrolment.due_at + dt.timedelta(hours=delay))
    runs = StepRun.objects.filter(enrolment=enrolment).order_by("position")
    return list(runs.values_list("at", flat=True))


@FEW
@given(plan=plans, delays=hours_late)
def test_linear_flows(plan, delays):
    name = f"random-{next(serial)}"
    ensure_flow(slug=name, name=name, steps=steps_of(plan, name), running=True)
    with time_machine.travel(NOON, tick=False) as clock:
        enrol(flow_slug=name, account_id=create_account().pk, contact_id=None, key=name)
        enrolment = Enrolment.objects.get(key=name)
        taken_at = run_to_the_end(clock, enrolment, delays)

    assert (enrolment.state, enrolment.position, len(taken_at)) == ("done", len(plan), len(plan))
    done = list(
        Task.objects.filter(title__startswith=f"{name}-").order_by("pk").values_list("title", flat=True)
    )
    assert done == [f"{name}-{n}" for n, what in enumerate(plan) if what == "note"]
    since, waited = NOON, 0
    for what, at in zip(plan, taken_at, strict=True):
        if what == "note":
            assert at >= since + dt.timedelta(days=waited)
            since, waited = at, 0
        else:
            waited += what
    assert enrolment.ended_at is not None
    assert enrolment.ended_at >= since + dt.timedelta(days=waited)
