"""Celery tasks of the ground floor. They take row ids, find the rows again and call a service."""

from __future__ import annotations

import datetime as dt

from celery import shared_task

from crm.core.events import drain
from crm.core.housekeeping.chores import keep_house
from crm.core.housekeeping.comparing import compare_all
from crm.core.jobs import run_slice, sweep_jobs
from crm.core.registry import Periodic, registry
from crm.core.throttle import forget_old_counts
from crm.core.ticks import tick
from crm.core.webhooks.delivering import deliver_due

LONG = 30 * 60  # seconds for a step that cannot be cut in two


@shared_task(name="crm.core.tasks.tick")
def tick_task() -> None:
    tick()


@shared_task(name="crm.core.tasks.run_periodic")
def run_periodic(*, name: str) -> None:
    registry.periodic[name].run()


@shared_task(name="crm.core.tasks.drain_outbox")
def drain_outbox() -> None:
    drain()


@shared_task(name="crm.core.tasks.run_job")
def run_job(job_id: int) -> None:
    run_slice(job_id)


@shared_task(name="crm.core.tasks.run_long_job", soft_time_limit=LONG - 60, time_limit=LONG)
def run_long_job(job_id: int) -> None:
    run_slice(job_id)


@shared_task(name="crm.core.tasks.deliver_webhooks")
def deliver_webhooks() -> None:
    deliver_due()


PERIODIC = [
    Periodic(name="sweep outbox", every=dt.timedelta(seconds=15), run=drain),
    Periodic(name="sweep jobs", every=dt.timedelta(seconds=15), run=sweep_jobs),
    Periodic(name="forget who knocked", every=dt.timedelta(minutes=10), run=forget_old_counts, queue="bulk"),
    Periodic(name="keep house", every=dt.timedelta(hours=6), run=keep_house, queue="bulk"),
    Periodic(name="compare what is kept", every=dt.timedelta(hours=6), run=compare_all, queue="bulk"),
    Periodic(name="sweep webhooks", every=dt.timedelta(seconds=15), run=deliver_due, queue="bulk"),
]
