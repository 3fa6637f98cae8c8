"""kill -9 of one of two workers in the middle of 2,000 messages: none lost, none twice."""

from __future__ import annotations

from collections import Counter

from customers.models import Message
from customers.outreach.windows import WINDOW
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_beat, running_worker
from tests.outreach.crowds import plan_for_crowd

CROWD = 2000
LEASE = "10"  # seconds; with less, a busy machine alone would make the sink look silent


def test_none_lost_and_none_twice(committed_db: str, smtp_sink: SmtpSink) -> None:
    with (
        running_worker(email_url=smtp_sink.url, LEASE_SECONDS=LEASE) as killed,
        running_worker(email_url=smtp_sink.url, LEASE_SECONDS=LEASE) as survivor,
        running_beat(TICK_SECONDS="1"),
    ):
        account = plan_for_crowd(CROWD)
        ours = Message.objects.filter(account=account)
        killed.wait_until(lambda: killed.has_logged("send_due_messages"))
        smtp_sink.wait_for_count(600, seconds=120)
        killed.kill()
        survivor.wait_until(lambda: not ours.exclude(state__in=Message.TERMINAL).exists(), seconds=180)
    states = Counter(ours.values_list("state", flat=True))
    arrived = Counter(mail["Message-ID"] for mail in smtp_sink.messages)
    sent = set(ours.filter(state="sent").values_list("message_id", flat=True))
    print(f"{dict(states)}, {len(arrived)} arrived")
    assert states["sent"] + states["unknown"] == CROWD
    assert states["unknown"] <= WINDOW
    assert max(arrived.values()) == 1
    assert sent <= set(arrived)
