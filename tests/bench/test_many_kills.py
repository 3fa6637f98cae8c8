"""10,000 messages under five `kill -9`: none lost, none twice (`make soak`)."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

import pytest

from customers.models import Message
from customers.outreach.windows import WINDOW
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_beat, running_worker
from tests.outreach.crowds import plan_for_crowd

CROWD, KILLS = 10_000, 5
LEASE = "10"


@pytest.mark.soak
def test_none_lost_and_none_twice_under_five_kills(committed_db: str, smtp_sink: SmtpSink) -> None:
    with ExitStack() as running:
        workers = [
            running.enter_context(running_worker(email_url=smtp_sink.url, LEASE_SECONDS=LEASE))
            for _ in range(KILLS + 1)
        ]
        running.enter_context(running_beat(TICK_SECONDS="1"))
        ours = Message.objects.filter(account=plan_for_crowd(CROWD))
        for kill, worker in enumerate(workers[:-1], start=1):
            smtp_sink.wait_for_count(kill * CROWD // (KILLS + 2), seconds=300)
            worker.kill()
        survivor = workers[-1]
        survivor.wait_until(lambda: not ours.exclude(state__in=Message.TERMINAL).exists(), seconds=600)
    states = Counter(ours.values_list("state", flat=True))
    arrived = Counter(mail["Message-ID"] for mail in smtp_sink.messages)
    print(f"{dict(states)}, {len(arrived)} arrived")
    assert states["sent"] + states["unknown"] == CROWD
    assert states["unknown"] <= WINDOW * KILLS
    assert max(arrived.values()) == 1
