"""kill -9 of four of five workers in the middle of 3,000 messages: none lost, none twice."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from customers.models import Message
from customers.outreach.windows import WINDOW
from tests.faults.reckoning import all_settled, reckon
from tests.fixtures.processes import running_beat, running_sink, running_worker
from tests.outreach.crowds import plan_for_crowd

CROWD, KILLS = 3000, 4
LEASE = "10"  # seconds; with less, a busy machine alone would make the sink look silent


def test_none_lost_and_none_twice(committed_db: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        sink = running.enter_context(running_sink(tmp_path))
        workers = [
            running.enter_context(running_worker(email_url=sink.url, LEASE_SECONDS=LEASE))
            for _ in range(KILLS + 1)
        ]
        running.enter_context(running_beat(TICK_SECONDS="1"))
        ours = Message.objects.filter(account=plan_for_crowd(CROWD))
        for kill, worker in enumerate(workers[:-1], start=1):
            worker.wait_until(lambda: sink.count() >= kill * CROWD // (KILLS + 2), seconds=120)  # noqa: B023
            worker.kill()
        survivor = workers[-1]
        survivor.wait_until(lambda: all_settled(ours), seconds=180)
    reckon(ours, sink, unknown_at_most=WINDOW * KILLS)
