"""The engine: who is due takes one step, exactly once, however many engines run and whatever crashes.

Who is due is looked up without locks and the exits are asked once for all of them; then each takes its step
in a short transaction of its own, which claims it anew. A crash leaves nothing of that one step behind, and
what one has locked or broken keeps nobody else. Steps write rows and never talk to a network.
"""

from __future__ import annotations

import copy
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction
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
LOCK_WAIT = "3s"  # a step that waits longer for somebody else's row is tried again later

# Whoever moves an enrolment, or puts it off, changes its position, its date or its state.
CLAIM = """
    SELECT set_config('lock_timeout', %s, true)
    FROM customers_enrolment e JOIN customers_flow f ON f.id = e.flow_id AND f.state = 'running'
    WHERE e.id = %s AND e.position = %s AND e.due_at = %s AND e.state = 'active'
    FOR NO KEY UPDATE OF e SKIP LOCKED
"""

Verdict = str | Exception | None
"""What the exits say of an enrolment: the one it has reached, why one could not be asked, or go on."""


def step_due(*, limit: int = SLICE) -> int:
    """Take due steps until none is due or `limit` is reached (then the rest is queued). Answers how many."""
    taken = 0
    for flow in Flow.objects.running().order_by("pk"):
        while taken < limit and (count := step_batch(flow, min(BATCH, limit - taken))):
            taken += count
    if taken >= limit:
        nudge(STEP_TASK)
    return taken


def step_batch(flow: Flow, size: int) -> int:
    """Move up to `size` due enrolments of a flow on by a step each. Answers how many were ours to move."""
    waiting = Enrolment.objects.due(timezone.now()).filter(flow=flow)
    due = list(waiting.select_related("account", "contact", "version")[:size])
    verdicts = ask_exits(due)
    return sum(move_on(seen, verdicts.get(seen.pk)) for seen in due)


def ask_exits(due: Sequence[Enrolment]) -> dict[int, Verdict]:
    """Ask every exit once for all it concerns; whom one has answered for, the next is not asked about."""
    asked: dict[str, set[int]] = defaultdict(set)
    for enrolment in due:
        for name in exits_of(enrolment):
            asked[name].add(enrolment.pk)
    verdicts: dict[int, Verdict] = {}
    for name, concerned in asked.items():
        if open_ones := concerned - verdicts.keys():
            verdicts |= ask_exit(name, open_ones)
    return verdicts


def ask_exit(name: str, concerned: Collection[int]) -> dict[int, Verdict]:
    """Who leaves by one exit. Nobody passes an exit that cannot be asked: that counts as a failed attempt."""
    try:
        with transaction.atomic():
            return dict.fromkeys(registered_exit(name).reached(concerned), name)
    except Exception as error:
        return dict.fromkeys(concerned, error)


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


def move_on(seen: Enrolment, verdict: Verdict) -> bool:
    """Let one leave or take its step; False when somebody else has moved it or holds it."""
    try:
        with transaction.atomic():
            enrolment = claim(seen)
            if enrolment is None:
                return False
            leave_or_step(enrolment, verdict)
            save_progress([enrolment])
    except Exception as error:  # whatever a step raises, also at its commit, is its enrolment's failure alone
        logger.warning("Enrolment %s failed at step %s", seen.pk, seen.position, exc_info=True)
        return record_failure(seen, error)
    return True


def claim(seen: Enrolment) -> Enrolment | None:
    """A copy to change, its row locked, if it still stands as it was seen and nobody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [LOCK_WAIT, seen.pk, seen.position, seen.due_at])
        return copy.copy(seen) if cursor.fetchone() else None


def leave_or_step(enrolment: Enrolment, verdict: Verdict) -> None:
    """Set, not saved: where the verdict of the exits, or else the next step, leads."""
    if isinstance(verdict, Exception):
        raise verdict
    step = next_step(enrolment)
    if verdict:
        end(enrolment, Enrolment.State.EXITED, verdict)
    elif step is None:
        end(enrolment, Enrolment.State.DONE)
    else:
        follow(enrolment, take_step(enrolment, step))


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


@transaction.atomic
def record_failure(seen: Enrolment, error: Exception) -> bool:
    """Write down what went wrong and try again later; the third failure is final and shown.

    False when another engine has meanwhile moved it or written down a failure of its own.
    """
    enrolment = claim(seen)
    if enrolment is None:
        return False
    enrolment.attempts += 1
    enrolment.outcome = f"{type(error).__name__}: {error}"[:200]
    enrolment.due_at = timezone.now() + backoff(enrolment.attempts)
    if enrolment.attempts >= MAX_ATTEMPTS:
        end(enrolment, Enrolment.State.FAILED, enrolment.outcome)
    save_progress([enrolment])
    return True


def backoff(attempts: int) -> dt.timedelta:
    """1 minute, then 5."""
    return dt.timedelta(minutes=5 if attempts > 1 else 1)
