"""Flows are made and changed, started and paused; accounts and their people enter and leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from psycopg2.extras import execute_values

from crm.core.events import publish_many
from crm.core.models import User
from crm.core.nudge import nudge
from crm.core.registry import registry
from customers.events import FlowEntered, FlowLeft
from customers.flows.models import Enrolment, Flow, FlowVersion, StepSpec

STEP_TASK = "customers.tasks.step_due_enrolments"
OPEN_TO_ENTER = (Flow.State.RUNNING, Flow.State.PAUSED)

ENROL = """
    INSERT INTO customers_enrolment
        (version_id, flow_id, account_id, contact_id, reference, key, entered_at, due_at,
         position, state, attempts, outcome)
    SELECT *, entered_at, 0, 'active', 0, '' FROM (VALUES %s)
        AS new (version_id, flow_id, account_id, contact_id, reference, key, entered_at)
    ON CONFLICT (key) DO NOTHING
    RETURNING id, flow_id, account_id, contact_id
"""
ENROL_ROW = "(%s, %s, %s, %s::bigint, %s::bigint, %s, %s::timestamptz)"


class UnknownStep(ValueError):
    """A flow names a step or an exit that no app offers."""


@dataclass(frozen=True, kw_only=True)
class Entrant:
    """Who enters a flow, why (`reference`) and from when its waits count (`at`)."""

    account_id: int
    contact_id: int | None
    key: str
    reference: int | None = None
    at: dt.datetime | None = None


@transaction.atomic
def ensure_flow(
    *,
    slug: str,
    name: str,
    description: str = "",
    steps: Sequence[StepSpec],
    exits: Sequence[str] = (),
    running: bool = False,
) -> Flow:
    """The flow of that slug with these words and steps; `running` is how a new one begins.

    Other steps or exits become a new version: who enters from now on takes it, the others finish theirs.
    Raises UnknownStep.
    """
    check_names(steps, exits)
    state = Flow.State.RUNNING if running else Flow.State.DRAFT
    Flow.objects.get_or_create(slug=slug, defaults={"name": name, "description": description, "state": state})
    flow = Flow.objects.select_for_update(no_key=True).get(slug=slug)
    if (flow.name, flow.description) != (name, description):
        flow.name, flow.description = name, description
        flow.save(update_fields=["name", "description"])
    add_version(flow, list(steps), list(exits))
    return flow


def check_names(steps: Sequence[StepSpec], exits: Sequence[str]) -> None:
    asked = {*exits, *(name for step in steps for name in step.get("exits", []))}
    unknown = {step["step"] for step in steps} - registry.steps.keys() | asked - registry.exits.keys()
    if unknown:
        raise UnknownStep(f"Nothing is registered as {', '.join(sorted(unknown))}.")
    if len({step["id"] for step in steps}) != len(steps):
        raise ValueError("Every step of a flow needs an id of its own.")


def add_version(flow: Flow, steps: list[StepSpec], exits: list[str]) -> None:
    """Write a version unless the newest one says the same. The caller holds the flow's row."""
    newest = flow.versions.order_by("-number").first()
    if newest and (newest.steps, newest.exits) == (steps, exits):
        return
    number = flow.versions.aggregate(last=Max("number"))["last"] or 0
    FlowVersion.objects.create(flow=flow, number=number + 1, steps=steps, exits=exits)


@transaction.atomic
def start_flow(*, flow: Flow) -> Flow:
    """Let a new or paused flow run; what came due meanwhile is taken up at once."""
    Flow.objects.filter(pk=flow.pk, state__in=[Flow.State.DRAFT, Flow.State.PAUSED]).update(
        state=Flow.State.RUNNING
    )
    nudge(STEP_TASK)
    flow.refresh_from_db()
    return flow


def pause_flow(*, flow: Flow) -> Flow:
    """Nobody takes a step until it is started again; who enters meanwhile waits with the others."""
    Flow.objects.filter(pk=flow.pk, state=Flow.State.RUNNING).update(state=Flow.State.PAUSED)
    flow.refresh_from_db()
    return flow


def enrol(
    *,
    flow_slug: str,
    account_id: int,
    contact_id: int | None,
    key: str,
    reference: int | None = None,
    at: dt.datetime | None = None,
) -> bool:
    """Put one account or person into a flow; False when the key is in already or the flow takes nobody."""
    entrant = Entrant(account_id=account_id, contact_id=contact_id, key=key, reference=reference, at=at)
    return enrol_many(flow_slug=flow_slug, entrants=[entrant]) == 1


@transaction.atomic
def enrol_many(*, flow_slug: str, entrants: Sequence[Entrant]) -> int:
    """Put many into the newest version of a flow, each key once. Answers how many entered.

    A draft or an ended flow takes nobody. Raises Flow.DoesNotExist.
    """
    flow = Flow.objects.get(slug=flow_slug)
    if flow.state not in OPEN_TO_ENTER or not entrants:
        return 0
    version, now = flow.latest_version(), timezone.now()
    rows = [
        (version.pk, flow.pk, one.account_id, one.contact_id, one.reference, one.key, one.at or now)
        for one in entrants
    ]
    with connection.cursor() as cursor:
        entered = execute_values(cursor.cursor, ENROL, rows, template=ENROL_ROW, page_size=1000, fetch=True)
    publish_many(
        [
            FlowEntered(enrolment_id=pk, flow_id=flow_id, account_id=account_id, contact_id=contact_id)
            for pk, flow_id, account_id, contact_id in entered
        ]
    )
    nudge(STEP_TASK)
    return len(entered)


@transaction.atomic
def exit_enrolments(*, ids: Collection[int], reason: str, actor: User | None = None) -> int:
    """Take enrolments out of their flows before the end. Answers how many were still under way."""
    leaving = list(
        Enrolment.objects.active().select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    )
    for enrolment in leaving:
        end(enrolment, Enrolment.State.EXITED, reason)
    save_progress(leaving, actor=actor)
    return len(leaving)


@transaction.atomic
def retry_failed(*, flow: Flow) -> int:
    """Let everyone who failed in a flow try the same step again. Answers how many."""
    again = Enrolment.objects.filter(flow=flow, state=Enrolment.State.FAILED).update(
        state=Enrolment.State.ACTIVE, ended_at=None, attempts=0, outcome="", due_at=timezone.now()
    )
    nudge(STEP_TASK)
    return again


def end(enrolment: Enrolment, state: Enrolment.State, outcome: str = "") -> None:
    """Set, not saved: the enrolment is over, and how it went."""
    enrolment.state, enrolment.ended_at = state, timezone.now()
    enrolment.outcome = outcome[:200]


PROGRESS = """
    UPDATE customers_enrolment SET
        position = new.position, state = new.state, due_at = new.due_at,
        attempts = new.attempts, outcome = new.outcome, ended_at = new.ended_at
    FROM (VALUES %s) AS new (id, position, state, due_at, attempts, outcome, ended_at)
    WHERE customers_enrolment.id = new.id
"""
PROGRESS_ROW = "(%s, %s, %s, %s::timestamptz, %s, %s, %s::timestamptz)"


def save_progress(enrolments: Sequence[Enrolment], *, actor: User | None = None) -> None:
    """Write where locked enrolments stand and announce those that are over, a few statements for all."""
    rows = [
        (one.pk, one.position, one.state, one.due_at, one.attempts, one.outcome, one.ended_at)
        for one in enrolments
    ]
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, PROGRESS, rows, template=PROGRESS_ROW, page_size=500)
    publish_many([left(one, actor) for one in enrolments if one.ended_at])


def left(enrolment: Enrolment, actor: User | None) -> FlowLeft:
    return FlowLeft(
        enrolment_id=enrolment.pk,
        flow_id=enrolment.flow_id,
        account_id=enrolment.account_id,
        contact_id=enrolment.contact_id,
        state=enrolment.state,
        actor_id=actor.pk if actor else None,
    )
