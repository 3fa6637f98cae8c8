"""Celery tasks of the customers app. They find their rows again and call a service."""

from __future__ import annotations

import datetime as dt

from crm.core.registry import Periodic
from customers.services.summaries import refresh_all

PERIODIC = [
    Periodic(name="refresh summaries", every=dt.timedelta(hours=24), run=refresh_all, queue="bulk"),
]
