"""Tell a worker that there is work, after the commit, and never mind when the broker is away.

The work itself is a row; a sweep finds it when the nudge was lost.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def nudge(task: str, *args: int, queue: str | None = None, **kwargs: int | str) -> None:
    """Queue `task` (a dotted name) with row ids once the transaction has committed, once per transaction.

    The queue is the one CELERY_TASK_ROUTES names, unless `queue` says otherwise.
    """
    connection = transaction.get_connection()
    call = (task, args, queue, tuple(sorted(kwargs.items())))
    waiting: list[Any] = [entry[1] for entry in connection.run_on_commit]
    if any(getattr(func, "call", None) == call for func in waiting):
        return

    def send() -> None:
        try:
            # one attempt and short: a page must not wait for a broker that is down
            current_app.send_task(
                task, args=args, kwargs=kwargs, queue=queue, retry=False, ignore_result=True
            )
        except Exception:
            logger.warning("Broker away: %s waits for the sweep", task, exc_info=True)

    send.call = call  # type: ignore[attr-defined]
    transaction.on_commit(send, robust=True)
