"""Long work: started by a person, done in slices by workers, watched and cancelled on the Jobs page."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.core.models import Job, User
from crm.core.nudge import nudge
from crm.core.registry import registry

logger = logging.getLogger(__name__)

SLICE = dt.timedelta(seconds=20)
LEASE = dt.timedelta(seconds=120)
MAX_ATTEMPTS = 3
NOT_YET = dt.timedelta(seconds=5)


class Cancelled(Exception):
    """Raised by `save_progress` when somebody asked the job to stop."""


class JobRefused(Exception):
    """The job cannot be done as asked, and trying again will not help; the words are shown to who asked."""


class NotYet(Exception):
    """Somebody else has what the slice needs; it is tried again soon, and no worker waits for it."""


def start_job(*, kind: str, title: str, params: dict[str, Any], by: User | None) -> Job:
    """Queue a job of a registered kind. Raises KeyError for an unknown kind."""
    registry.job_kinds[kind]
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:200], params=params, created_by=by, lease_until=timezone.now()
        )
        wake(job.kind, job.pk)
    return job


def wake(kind: str, job_id: int) -> None:
    """Tell a worker; all-or-nothing work goes to a task that may take longer."""
    in_one_go = kind in registry.job_kinds and registry.job_kinds[kind].in_one_go
    nudge("crm.core.tasks.run_long_job" if in_one_go else "crm.core.tasks.run_job", job_id)


def cancel_job(*, job: Job) -> bool:
    """Ask a job to stop after its current step. Answers False when it had finished already."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, attempts=0).update(
        state=Job.State.CANCELLED, finished_at=timezone.now(), cancel_requested=True
    )
    running = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(
        cancel_requested=True
    )
    return bool(waiting or running)


def save_progress(job: Job, *, done: int | None = None, total: int | None = None, note: str = "") -> None:
    """Write cursor, report and counts, keep the lease, and raise Cancelled when the job should stop.

    Called inside the transaction of the work it counts, so that neither survives without the other.
    """
    job.done = job.done if done is None else done
    job.total = job.total if total is None else total
    job.note = note or job.note
    job.lease_until = timezone.now() + LEASE
    job.attempts = 0
    job.save(update_fields=["done", "total", "note", "lease_until", "cursor", "report", "attempts"])
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise Cancelled


@contextmanager
def kept_alive(job: Job) -> Iterator[None]:
    """Renew the lease while one step takes longer than that. It ends with the process, so that a lost worker
    is still found within a lease."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(LEASE.total_seconds() / 4):
                running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
                running.update(lease_until=timezone.now() + LEASE)
        except DatabaseError:
            logger.warning("The lease of job %s is not renewed any more", job.pk, exc_info=True)
        finally:
            connection.close()

    renewing = threading.Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()


def run_slice(job_id: int) -> None:
    """Claim the job, work one slice, and queue the next. Does nothing when somebody else holds it."""
    job = claim(job_id)
    if job is None:
        return
    try:
        finished = registry.job_kinds[job.kind].run_slice(job, timezone.now() + SLICE)
    except Cancelled:
        finish(job, Job.State.CANCELLED)
    except NotYet:
        put_off(job)
    except JobRefused as refusal:
        job.error = str(refusal)
        finish(job, Job.State.FAILED)
    except Exception as error:
        logger.exception("Job %s failed", job.pk)
        fail(job, error)
    else:
        if finished:
            finish(job, Job.State.DONE)
        else:
            yield_turn(job)


def claim(job_id: int) -> Job | None:
    now = timezone.now()
    claimed = (
        Job.objects.filter(pk=job_id)
        .filter(Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now))
        .update(state=Job.State.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1)
    )
    if claimed != 1:
        return None
    job = Job.objects.get(pk=job_id)
    if job.attempts > MAX_ATTEMPTS:
        job.error = job.error or "The worker was lost three times at the same place."
        finish(job, Job.State.FAILED)
        return None
    if job.cancel_requested:
        finish(job, Job.State.CANCELLED)
        return None
    return job


def yield_turn(job: Job) -> None:
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.QUEUED,
            lease_until=timezone.now(),
            attempts=0,
            cursor=job.cursor,
            report=job.report,
        )
        wake(job.kind, job.pk)


def put_off(job: Job) -> None:
    """Back into the queue as it was; the sweep finds it."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.QUEUED, lease_until=timezone.now() + NOT_YET, attempts=F("attempts") - 1
    )


def finish(job: Job, state: str) -> None:
    job.state = state
    job.finished_at = timezone.now()
    job.lease_until = None
    job.save(
        update_fields=["state", "finished_at", "lease_until", "report", "cursor", "error", "done", "total"]
    )


def fail(job: Job, error: Exception) -> None:
    """Try again from the last saved cursor; the third failure is final and shown."""
    saved = Job.objects.get(pk=job.pk)
    saved.error = f"{type(error).__name__}: {error}"[:4000]
    if saved.attempts >= MAX_ATTEMPTS:
        finish(saved, Job.State.FAILED)
    else:
        saved.state = Job.State.QUEUED
        saved.lease_until = timezone.now() + dt.timedelta(seconds=5 * saved.attempts)
        saved.save(update_fields=["state", "lease_until", "error"])


def sweep_jobs() -> int:
    """Queue every unfinished job that nobody is working on. Answers how many."""
    abandoned = Job.objects.filter(
        state__in=[Job.State.QUEUED, Job.State.RUNNING], lease_until__lt=timezone.now()
    ).values_list("kind", "pk")
    with transaction.atomic():
        for kind, job_id in abandoned:
            wake(kind, job_id)
    return len(abandoned)
