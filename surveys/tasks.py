"""Scheduled work of surveys."""

from __future__ import annotations

import datetime as dt

from crm.core.registry import Periodic
from surveys.services.counting import count_due_responses
from surveys.services.planning import expire_invitations

PERIODIC = [
    Periodic(name="count survey answers", every=dt.timedelta(seconds=10), run=count_due_responses),
    Periodic(name="expire survey links", every=dt.timedelta(hours=1), run=expire_invitations, queue="bulk"),
]
