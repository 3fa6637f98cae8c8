"""One step at a time, in order, each once: waits, ends, failures and exits."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.core.models import OutboxEvent
from crm.core.registry import Step, registry
from customers.flows.engine import step_due
from customers.flows.models import Enrolment, Flow, FlowVersion, StepRun
from customers.flows.results import Next
from customers.flows.services import enrol, ensure_flow, pause_flow, retry_failed, start_flow
from customers.models import Task
from tests.factories import create_account
from tests.flows.conftest import NOON, spec

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def make_flow(*steps, exits=(), slug="welcome", running=True):
    return ensure_flow(slug=slug, name=slug.title(), steps=steps, exits=exits, running=running)


def enter(flow, key="one", **fields) -> Enrolment:
    account = fields.pop("account", None) or create_account()
    assert enrol(flow_slug=flow.slug, account_id=account.pk, contact_id=None, key=key, **fields)
    return Enrolment.objects.get(key=key)


def titles() -> list[str]:
    return list(Task.objects.order_by("pk").values_list("title", flat=True))


def test_it_works(clock):
    flow = make_flow(spec("note", title="first"), spec("wait", days=10), spec("note", title="second"))
    enrolment = enter(flow)

    assert step_due() == 2  # the first step, and the wait behind it
    assert titles() == ["first"]
    enrolment.refresh_from_db()
    assert (enrolment.position, enrolment.due_at) == (2, NOON + 10 * DAY)

    clock.move_to(NOON + 10 * DAY - dt.timedelta(seconds=1))
    assert step_due() == 0

    clock.move_to(NOON + 10 * DAY)
    assert step_due() == 1
    assert titles() == ["first", "second"]
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.ended_at) == ("done", NOON + 10 * DAY)
    runs = StepRun.objects.order_by("position").values_list("position", "step", "outcome")
    assert list(runs) == [(0, "note", "left a task"), (1, "wait", ""), (2, "note", "left a task")]
    assert OutboxEvent.objects.filter(name="customers.flow_left", payload__state="done").count() == 1


def test_a_flow_that_ends_with_a_wait_ends_after_it(clock):
    enrolment = enter(make_flow(spec("wait", days=1)))

    step_due()
    enrolment.refresh_from_db()
    assert enrolment.state == "active"

    clock.shift(DAY)
    step_due()
    enrolment.refresh_from_db()
    assert enrolment.state == "done"


def test_a_step_can_end_the_flow(clock):
    enrolment = enter(make_flow(spec("over"), spec("note", title="never")))

    step_due()

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.outcome, titles()) == ("done", "enough", [])


def test_waits_count_from_the_moment_of_entering(clock):
    enrolment = enter(make_flow(spec("wait", days=10)), at=NOON - 3 * DAY)

    step_due()

    enrolment.refresh_from_db()
    assert enrolment.due_at == NOON + 7 * DAY


def test_a_late_engine_does_not_shorten_the_wait_after_a_step(clock):
    flow = make_flow(spec("wait", days=1), spec("note", title="mail"), spec("wait", days=14))
    enrolment = enter(flow)
    step_due()

    clock.move_to(NOON + 20 * DAY)
    step_due()

    enrolment.refresh_from_db()
    assert enrolment.due_at == NOON + 34 * DAY


def test_paused_flows_stand_still_and_go_on(clock):
    flow = make_flow(spec("note", title="first"))
    enter(flow)
    pause_flow(flow=flow)
    other = make_flow(spec("note", title="other"), slug="other")
    enter(other, key="other")

    assert step_due() == 1
    assert titles() == ["other"]

    enter(flow, key="entered while paused")
    start_flow(flow=flow)
    assert step_due() == 2
    assert titles() == ["other", "first", "first"]


def test_the_limit_is_kept(clock):
    flow = make_flow(spec("note", title="first"))
    for n in range(5):
        enter(flow, key=str(n))

    assert step_due(limit=3) == 3
    assert len(titles()) == 3
    assert step_due(limit=3) == 2


def test_a_failing_step_leaves_nothing_and_the_third_failure_is_final(clock, monkeypatch):
    def half_done(enrolment, params):
        create_account(name="half done")
        raise RuntimeError("the roof is on fire")

    broken = Step(name="broken", label="broken", icon="x", run=half_done, describe=str)
    monkeypatch.setitem(registry.steps, "broken", broken)
    flow = make_flow(spec("broken"), spec("note", title="after"))
    enrolment = enter(flow)
    bystander = enter(make_flow(spec("note", title="fine"), slug="other"), key="other")

    for attempt in (1, 2, 3):
        step_due()
        enrolment.refresh_from_db()
        assert enrolment.attempts == attempt
        clock.move_to(enrolment.due_at)

    assert (enrolment.state, enrolment.outcome) == ("failed", "RuntimeError: the roof is on fire")
    assert step_due() == 0
    assert not StepRun.objects.filter(enrolment=enrolment).exists()
    assert not type(enrolment.account).objects.filter(name="half done").exists()
    bystander.refresh_from_db()
    assert bystander.state == "done"


def test_the_failed_can_try_again(clock, monkeypatch):
    flow = make_flow(spec("note", title="first"))
    enrolment = enter(flow)
    Enrolment.objects.update(state="failed", ended_at=NOON, attempts=3, outcome="RuntimeError: fire")

    assert retry_failed(flow=flow) == 1
    step_due()

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.outcome, titles()) == ("done", "", ["first"])


@pytest.mark.parametrize(
    ("steps", "exits", "words"),
    [
        ([spec("gone")], [], "No app offers the step “gone”."),
        ([], ["gone"], "No app offers the exit “gone”."),
    ],
)
def test_what_no_app_offers_fails_and_says_so(clock, steps, exits, words):
    flow = make_flow(spec("wait", days=1))
    FlowVersion.objects.create(flow=flow, number=2, steps=steps, exits=exits)
    enrolment = enter(flow)

    for _ in range(3):
        step_due()
        enrolment.refresh_from_db()
        clock.move_to(enrolment.due_at)

    assert enrolment.state == "failed"
    assert words in enrolment.outcome


def test_exits_are_asked_before_every_step(clock, add_exit):
    leaving: set[int] = set()
    asked = []

    def reached(ids):
        asked.append(set(ids))
        return leaving & set(ids)

    add_exit("sold", reached)
    flow = make_flow(spec("wait", days=1), spec("note", title="late"), exits=["sold"])
    stays, leaves = enter(flow, key="stays"), enter(flow, key="leaves")

    step_due()
    leaving.add(leaves.pk)
    clock.shift(DAY)
    step_due()

    assert asked == [{stays.pk, leaves.pk}, {stays.pk, leaves.pk}]
    leaves.refresh_from_db()
    assert (leaves.state, leaves.outcome, leaves.ended_at) == ("exited", "sold", NOON + DAY)
    assert titles() == ["late"]
    assert OutboxEvent.objects.filter(name="customers.flow_left", payload__state="exited").count() == 1


def test_an_exit_of_a_step_is_asked_before_that_step_alone(clock, add_exit):
    add_exit("sold", set)
    last = {**spec("note", title="second"), "exits": ["sold"]}
    enrolment = enter(make_flow(spec("note", title="first"), last))

    step_due()

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.outcome, titles()) == ("exited", "sold", ["first"])


def test_an_exit_that_cannot_be_asked_lets_nobody_pass(clock, add_exit):
    def broken(ids):
        raise RuntimeError("no idea")

    add_exit("moody", broken)
    enrolment = enter(make_flow(spec("note", title="first"), exits=["moody"]))

    step_due()

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.attempts, titles()) == ("active", 1, [])


def test_people_under_way_keep_their_version(clock):
    flow = make_flow(spec("wait", days=1), spec("note", title="old"))
    enter(flow, key="old")
    step_due()

    make_flow(spec("wait", days=1), spec("note", title="new"))
    enter(flow, key="new")
    step_due()
    clock.shift(DAY)
    step_due()

    assert [run.version.number for run in Enrolment.objects.order_by("pk")] == [1, 2]
    assert titles() == ["old", "new"]


def test_a_step_costs_a_handful_of_queries(clock, monkeypatch, django_assert_num_queries):
    free = Step(name="free", label="free", icon="x", run=lambda enrolment, params: Next(), describe=str)
    monkeypatch.setitem(registry.steps, "free", free)
    Flow.objects.update(state=Flow.State.PAUSED)
    flow = make_flow(spec("free"), spec("wait", days=1))
    for n in range(20):
        enter(flow, key=str(n))

    # the flows, who is due; each: begin, claim, row of the run, commit; saving is one more
    with django_assert_num_queries(2 + 20 * 4):
        step_due(limit=20)
