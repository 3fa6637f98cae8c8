"""Celery tasks of the customers app. They find their rows again and call a service."""

from __future__ import annotations

import datetime as dt

from celery import shared_task

from crm.core.nudge import nudge
from crm.core.registry import Periodic
from customers.flows.engine import step_due
from customers.outreach.clicks.counting import count_clicks
from customers.outreach.feedback.complaints import tell_of_pause
from customers.outreach.feedback.mailbox import read_bounces
from customers.outreach.models import SendingPause
from customers.outreach.sending import drain
from customers.services.summaries import refresh_all


@shared_task(name="customers.tasks.step_due_enrolments")
def step_due_enrolments() -> None:
    step_due()


@shared_task(name="customers.tasks.send_due_messages")
def send_due_messages() -> None:
    """Send for a while; when something was done, another task looks whether there is more."""
    if drain():
        nudge("customers.tasks.send_due_messages")


@shared_task(name="customers.tasks.tell_of_pause")
def tell_of_pause_task(pause_id: int) -> None:
    tell_of_pause(SendingPause.objects.get(pk=pause_id))


PERIODIC = [
    Periodic(name="sweep messages", every=dt.timedelta(seconds=15), run=drain, queue="send"),
    Periodic(name="count clicks", every=dt.timedelta(minutes=1), run=count_clicks, queue="bulk"),
    Periodic(name="read bounces", every=dt.timedelta(minutes=1), run=read_bounces, queue="bulk"),
    Periodic(name="sweep flows", every=dt.timedelta(seconds=15), run=step_due),
    Periodic(name="refresh summaries", every=dt.timedelta(hours=24), run=refresh_all, queue="bulk"),
]
