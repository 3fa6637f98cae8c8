"""A sender that sleeps through its lease (SIGSTOP) and goes on: others took over, and nothing goes twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from customers.models import Message
from customers.outreach.windows import WINDOW
from tests.faults.reckoning import all_settled, reckon
from tests.fixtures.processes import Process, running_sink, started
from tests.outreach.crowds import plan_for_crowd

CROWD, LEASE = 3000, 10


def test_it_sends_nothing_twice(committed_db: str, tmp_path: Path) -> None:
    with running_sink(tmp_path) as sink:
        environment = {"EMAIL_URL": sink.url, "LEASE_SECONDS": str(LEASE)}
        ours = Message.objects.filter(account=plan_for_crowd(CROWD))
        with started("sender", ["django", "run_sender"], environment) as sleeper:
            sleeper.wait_until(lambda: sink.count() >= 100)
            held = stop_with_something_in_hand(sleeper)
            with started("sender", ["django", "run_sender"], environment) as other:
                other.wait_until(lambda: all_settled(ours), seconds=120)
            os.kill(sleeper.popen.pid, signal.SIGCONT)
            sleeper.popen.terminate()
            assert sleeper.popen.wait(60) == 0
    assert held
    reckon(ours, sink, unknown_at_most=WINDOW)


def stop_with_something_in_hand(sender: Process) -> int:
    """How many messages it is sending at the moment at which it is stopped."""
    while True:
        os.kill(sender.popen.pid, signal.SIGSTOP)
        if held := Message.objects.filter(state=Message.State.SENDING).count():
            return held
        os.kill(sender.popen.pid, signal.SIGCONT)
