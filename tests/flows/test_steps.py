"""What every flow may do: wait, write, ask for a task, stop; and how it reads."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.core.models import Company
from customers.flows.engine import step_due
from customers.flows.models import Enrolment, StepRun
from customers.flows.services import enrol, ensure_flow
from customers.flows.steps import describe_task, describe_wait
from customers.models import Message, Task
from customers.outreach.services import ensure_content
from tests.factories import create_account, create_contact, create_user
from tests.flows.conftest import NOON, spec

pytestmark = pytest.mark.django_db


def run(*steps, contact=None, account=None) -> Enrolment:
    flow = ensure_flow(slug="try", name="Try", steps=steps, running=True)
    account = contact.account if contact else account or create_account()
    enrol(flow_slug=flow.slug, account_id=account.pk, contact_id=contact.pk if contact else None, key="try")
    step_due()
    return Enrolment.objects.get(key="try")


@pytest.mark.parametrize(
    ("params", "until"),
    [
        ({"days": 10}, "2026-03-12T12:00+00:00"),
        ({"days": 1, "hour": 9}, "2026-03-04T09:00+00:00"),  # Tuesday noon, so Wednesday morning
        ({"days": 4, "hour": 9}, "2026-03-09T09:00+00:00"),  # Friday noon, so Monday morning
        ({"hour": 15}, "2026-03-02T15:00+00:00"),
        ({"weekday": 7}, "2026-03-08T09:00+00:00"),  # when the company's day starts, also on a Sunday
        ({"weekday": 1, "hour": 12}, "2026-03-02T12:00+00:00"),
        ({"weekday": 1, "hour": 11}, "2026-03-09T11:00+00:00"),
        ({}, "2026-03-02T12:00+00:00"),
    ],
)
def test_waits(clock, params, until):
    Company.load()

    enrolment = run(spec("wait", **params), spec("wait", days=1000))

    first = StepRun.objects.get(enrolment=enrolment, position=0)
    assert first.at == NOON
    later = enrolment.due_at - dt.timedelta(days=1000) if enrolment.position == 2 else enrolment.due_at
    assert later == dt.datetime.fromisoformat(until)


def test_waits_are_in_the_zone_of_the_person_also_when_clocks_change(clock):
    contact = create_contact(time_zone="America/New_York")

    enrolment = run(spec("wait", days=7, hour=9), contact=contact)

    assert enrolment.due_at == dt.datetime(2026, 3, 9, 13, tzinfo=dt.UTC)  # summer time since the 8th


def test_a_company_without_working_days_waits_all_the_same(clock):
    Company.load()
    Company.objects.update(workdays=[])

    assert run(spec("wait", days=4, hour=9)).due_at == dt.datetime(2026, 3, 7, 9, tzinfo=dt.UTC)


def test_a_mail_is_planned_once(clock):
    contact = create_contact()
    ensure_content(slug="hello", name="Hello", subject="Hello", body="<mj-section></mj-section>")

    enrolment = run(spec("message", kind="nurture", content="hello"), contact=contact)

    message = Message.objects.get(contact=contact)
    assert (message.kind, message.topic_id, message.account_id) == ("nurture", "care", contact.account_id)
    assert (message.reference, message.key, message.state) == (
        enrolment.pk,
        f"flow:{enrolment.pk}:0",
        "planned",
    )


def test_nobody_to_write_to_is_said_and_the_flow_goes_on(clock):
    enrolment = run(spec("message", kind="nurture", content="hello"), spec("note", title="after"))

    outcomes = (
        StepRun.objects.filter(enrolment=enrolment).order_by("position").values_list("outcome", flat=True)
    )
    assert list(outcomes) == ["nobody to write to", "left a task"]
    assert enrolment.state == "done"


def test_a_task_goes_to_the_owner_up_the_tree(clock):
    owner = create_user()
    school = create_account(parent=create_account(owner=owner))
    contact = create_contact(account=school)

    run(spec("task", title="Call them", kind="call", days=2, why="It is time."), contact=contact)

    task = Task.objects.get()
    assert (task.owner, task.contact, task.account) == (owner, contact, school)
    assert (task.title, task.kind, task.why) == ("Call them", "call", "It is time.")
    assert task.due_at == dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC)


def test_stop_ends_the_flow_with_its_words(clock):
    enrolment = run(spec("stop", outcome="that is all"), spec("note", title="never"))

    assert (enrolment.state, enrolment.outcome) == ("done", "that is all")
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"days": 1}, "wait 1 day"),
        ({"days": 10}, "wait 10 days"),
        ({"days": 60, "hour": 9}, "wait 60 days, until a working day, 9:00 their time"),
        ({"weekday": 1}, "until Monday"),
        ({"weekday": 7, "hour": 15}, "until Sunday, 15:00 their time"),
        ({}, "go on at once"),
    ],
)
def test_waits_in_words(params, words):
    assert describe_wait(params) == words


def test_tasks_in_words():
    assert describe_task({"title": "Call"}) == "Call"
    assert describe_task({"title": "Call", "days": 2}) == "Call, within 2 days"
