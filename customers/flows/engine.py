"""The engine: who is due takes one step, exactly once, however many engines run and whatever crashes.

A claim locks due enrolments, asks the exits set-based, runs each step in a savepoint and moves everybody on
in the same transaction: a crash leaves nothing behind, neither the step's work nor the progress. Steps write
rows and never talk to a network.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from crm.core.nudge import nudge
from crm.core.registry import Exit, registry
from customers.flows.models import Enrolment, Flow, StepRun, StepSpec
from customers.flows.results import Finish, Result, Wait
from customers.flows.services import STEP_TASK, end, save_progress

logger = logging.getLogger(__name__)

BATCH = 50
SLICE = 2000
MAX_ATTEMPTS = 3


def step_due(*, limit: int = SLICE) -> int:
    """Take due steps until none is due or `limit` is reached (then the rest is queued). Answers how many."""
    taken = 0
    for flow in Flow.objects.running().order_by("pk"):
        while taken < limit and (count := step_batch(flow, min(BATCH, limit - taken))):
            taken += count
    if taken >= limit:
        nudge(STEP_TASK)
    return taken


@transaction.atomic
def step_batch(flow: Flow, size: int) -> int:
    """Claim up to `size` due enrolments of a flow and move each on by a step."""
    due = list(
        Enrolment.objects.due(timezone.now())
        .filter(flow=flow, flow__state=Flow.State.RUNNING)
        .select_related("account", "contact", "version")
        .select_for_update(skip_locked=True, of=("self",))[:size]
    )
    stopped = stop_by_exits(due)
    for enrolment in due:
        if enrolment.pk not in stopped:
            move_on(enrolment)
    save_progress(due)
    return len(due)


def stop_by_exits(due: Sequence[Enrolment]) -> set[int]:
    """Ask every exit once for all it concerns; who has reached one leaves. Answers who takes no step."""
    asked: dict[str, dict[int, Enrolment]] = defaultdict(dict)
    for enrolment in due:
        for name in exits_of(enrolment):
            asked[name][enrolment.pk] = enrolment
    stopped: set[int] = set()
    for name, concerned in asked.items():
        open_ones = {pk: one for pk, one in concerned.items() if pk not in stopped}
        stopped |= stop_by_exit(name, open_ones)
    return stopped


def stop_by_exit(name: str, concerned: dict[int, Enrolment]) -> set[int]:
    """Who leaves by one exit. Nobody passes an exit that cannot be asked: that counts as a failed attempt."""
    try:
        with transaction.atomic():
            found = registered_exit(name)
            reached = found.reached(concerned.keys())
    except Exception as error:
        logger.warning("Exit %s failed", name, exc_info=True)
        for enrolment in concerned.values():
            note_failure(enrolment, error)
        return set(concerned)
    for pk in reached:
        end(concerned[pk], Enrolment.State.EXITED, name)
    return reached


def exits_of(enrolment: Enrolment) -> Iterable[str]:
    step = next_step(enrolment)
    return [*enrolment.version.exits, *(step.get("exits", []) if step else [])]


def registered_exit(name: str) -> Exit:
    if name not in registry.exits:
        raise LookupError(f"No app offers the exit “{name}”.")
    return registry.exits[name]


def next_step(enrolment: Enrolment) -> StepSpec | None:
    steps = enrolment.version.steps
    return steps[enrolment.position] if enrolment.position < len(steps) else None


def move_on(enrolment: Enrolment) -> None:
    """Take the next step in a savepoint; set, not saved: where that leads."""
    step = next_step(enrolment)
    if step is None:
        end(enrolment, Enrolment.State.DONE)
        return
    try:
        with transaction.atomic():
            result = take_step(enrolment, step)
    except Exception as error:  # whatever a step raises is this enrolment's failure, not the batch's
        logger.warning("Step %s of enrolment %s failed", step["id"], enrolment.pk, exc_info=True)
        note_failure(enrolment, error)
    else:
        follow(enrolment, result)


def take_step(enrolment: Enrolment, step: StepSpec) -> Result:
    """Run the step and write down that it was taken; the unique row refuses a second time."""
    if step["step"] not in registry.steps:
        raise LookupError(f"No app offers the step “{step['step']}”.")
    result: Result = registry.steps[step["step"]].run(enrolment, step["params"])
    StepRun.objects.create(
        enrolment=enrolment, position=enrolment.position, step=step["step"], outcome=result.outcome[:200]
    )
    return result


def follow(enrolment: Enrolment, result: Result) -> None:
    """What comes after a step. The next wait counts from now, or from the end of the wait before it."""
    enrolment.position += 1
    enrolment.attempts, enrolment.outcome = 0, ""
    enrolment.due_at = result.until if isinstance(result, Wait) else timezone.now()
    if isinstance(result, Finish):
        end(enrolment, Enrolment.State.DONE, result.outcome)
    elif not isinstance(result, Wait) and next_step(enrolment) is None:
        end(enrolment, Enrolment.State.DONE)


def note_failure(enrolment: Enrolment, error: Exception) -> None:
    """Try again later; the third failure is final and shown."""
    enrolment.attempts += 1
    enrolment.outcome = f"{type(error).__name__}: {error}"[:200]
    enrolment.due_at = timezone.now() + backoff(enrolment.attempts)
    if enrolment.attempts >= MAX_ATTEMPTS:
        end(enrolment, Enrolment.State.FAILED, enrolment.outcome)


def backoff(attempts: int) -> dt.timedelta:
    """1 minute, then 5."""
    return dt.timedelta(minutes=5 if attempts > 1 else 1)
