"""Scheduled work of the loyalty app."""

from __future__ import annotations

import datetime as dt

from crm.core.registry import Periodic
from loyalty.jobs import start_reconciling
from loyalty.ledger import confirm_due, expire_due

PERIODIC = [
    Periodic(name="confirm points", every=dt.timedelta(minutes=10), run=confirm_due, queue="bulk"),
    Periodic(name="expire points", every=dt.timedelta(hours=1), run=expire_due, queue="bulk"),
    Periodic(name="reconcile points", every=dt.timedelta(hours=24), run=start_reconciling),
]
