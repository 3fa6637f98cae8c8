"""Making flows, entering them, and being taken out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from crm.core.models import OutboxEvent
from customers.flows.models import Enrolment, Flow, FlowVersion
from customers.flows.services import (
    Entrant,
    UnknownStep,
    enrol,
    enrol_many,
    ensure_flow,
    exit_enrolments,
    pause_flow,
    start_flow,
)
from tests.factories import create_account, create_contact, create_user
from tests.flows.conftest import spec

pytestmark = pytest.mark.django_db


def make_flow(*steps, **fields):
    fields = {"slug": "welcome", "name": "Welcome", "running": True, **fields}
    return ensure_flow(steps=steps or [spec("wait", days=1)], **fields)


def test_the_same_flow_twice_is_one_version():
    make_flow()
    flow = make_flow()

    assert list(FlowVersion.objects.filter(flow=flow).values_list("number", flat=True)) == [1]


@pytest.mark.parametrize("change", [{"exits": ["customers.person_gone"]}, {"steps": [spec("wait", days=2)]}])
def test_other_steps_or_exits_make_a_version(change):
    flow = make_flow()
    steps = change.pop("steps", [spec("wait", days=1)])

    make_flow(*steps, **change)

    assert flow.latest_version().number == 2


def test_words_change_without_a_version_and_a_pause_is_kept():
    pause_flow(flow=make_flow())

    flow = make_flow(name="Welcome back", description="When they return.")

    assert (flow.name, flow.description, flow.state) == ("Welcome back", "When they return.", "paused")
    assert flow.latest_version().number == 1


def test_a_version_cannot_be_rewritten():
    version = make_flow().latest_version()

    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        FlowVersion.objects.filter(pk=version.pk).update(steps=[])


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": [spec("teleport")]},
        {"steps": [], "exits": ["bored"]},
        {"steps": [{**spec("wait", days=1), "exits": ["bored"]}]},
    ],
)
def test_unknown_names_are_refused(wrong):
    with pytest.raises(UnknownStep, match=r"teleport|bored"):
        ensure_flow(slug="odd", name="Odd", **wrong)
    assert not Flow.objects.filter(slug="odd").exists()


def test_step_ids_are_unique():
    with pytest.raises(ValueError, match="id of its own"):
        ensure_flow(slug="odd", name="Odd", steps=[spec("wait", days=1), spec("wait", days=1)])


def test_enrolling_once_per_key():
    contact = create_contact()
    make_flow()
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def enter(reference: int) -> bool:
        return enrol(
            flow_slug="welcome",
            account_id=contact.account_id,
            contact_id=contact.pk,
            key="once",
            reference=reference,
            at=at,
        )

    assert enter(7)
    assert not enter(8)

    enrolment = Enrolment.objects.get()
    assert (enrolment.reference, enrolment.entered_at, enrolment.due_at) == (7, at, at)
    assert (enrolment.state, enrolment.position, enrolment.version.number) == ("active", 0, 1)
    assert OutboxEvent.objects.filter(name="customers.flow_entered").count() == 1


def test_enrolling_many_takes_a_handful_of_queries(django_assert_max_num_queries):
    accounts = [create_account() for _ in range(30)]
    make_flow()
    entrants = [Entrant(account_id=one.pk, contact_id=None, key=f"k{one.pk}") for one in accounts]
    enrol_many(flow_slug="welcome", entrants=entrants[:10])

    with django_assert_max_num_queries(8):
        assert enrol_many(flow_slug="welcome", entrants=entrants) == 20
    assert Enrolment.objects.count() == 30


@pytest.mark.parametrize(("running", "entered"), [(True, True), (False, False)])
def test_a_draft_takes_nobody(running, entered):
    make_flow(running=running)
    account = create_account()

    assert enrol(flow_slug="welcome", account_id=account.pk, contact_id=None, key="x") is entered


def test_an_ended_flow_is_not_started_again():
    flow = make_flow()
    Flow.objects.update(state=Flow.State.ENDED)

    assert start_flow(flow=flow).state == Flow.State.ENDED


def test_taking_out_ends_those_under_way():
    flow, account, user = make_flow(), create_account(), create_user()
    for key in "abc":
        enrol(flow_slug=flow.slug, account_id=account.pk, contact_id=None, key=key)
    ids = list(Enrolment.objects.order_by("pk").values_list("pk", flat=True))
    exit_enrolments(ids=ids[:1], reason="first")

    assert exit_enrolments(ids=ids, reason="They moved away.", actor=user) == 2

    outcomes = Enrolment.objects.order_by("pk").values_list("state", "outcome")
    assert list(outcomes) == [("exited", "first"), *[("exited", "They moved away.")] * 2]
    events = OutboxEvent.objects.filter(name="customers.flow_left").order_by("pk")
    assert [event.payload["actor_id"] for event in events] == [None, user.pk, user.pk]
