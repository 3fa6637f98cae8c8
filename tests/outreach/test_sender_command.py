"""`manage.py run_sender`, alone as when the broker is away."""

from __future__ import annotations

from customers.models import Message
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import started
from tests.outreach.crowds import plan_for_crowd


def test_it_stops_after_its_window_and_goes_on(committed_db: str, smtp_sink: SmtpSink) -> None:
    account = plan_for_crowd(400)
    ours = Message.objects.filter(account=account)
    environment = {"EMAIL_URL": smtp_sink.url, "LEASE_SECONDS": "60"}
    with started("sender", ["django", "run_sender"], environment) as sender:
        smtp_sink.wait_for_count(10)
        sender.popen.terminate()
        assert sender.popen.wait(30) == 0
    sent = ours.filter(state="sent").count()
    assert sent == len(smtp_sink.messages) < 400
    assert ours.filter(state="planned", lease=None).count() == 400 - sent
    with started("sender", ["django", "run_sender", "--once"], environment) as sender:
        assert sender.popen.wait(60) == 0
    assert ours.filter(state="sent").count() == len(smtp_sink.messages) == 400
