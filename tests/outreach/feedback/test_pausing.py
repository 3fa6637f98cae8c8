from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from crm.core.audit import audited_models
from crm.core.models import Role
from crm.core.registry import registry
from customers.models import Message, SendingPause
from customers.outreach.sending import drain
from customers.outreach.services import pause_sending, resume_sending, retry_failed
from customers.outreach.windows import WINDOW
from customers.tasks import tell_of_pause_task
from tests.factories import create_user
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan
from tests.outreach.feedback.conftest import mailgun_event, post, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(create_user(role=Role.ADMIN))
    return client


@pytest.fixture
def low_limits(settings: Settings) -> None:
    settings.COMPLAINTS_MIN_SENT, settings.COMPLAINTS_LIMIT, settings.COMPLAINTS_LAST = 4, 0.4, 5


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def test_it_works(outreach: Planner, smtp_sink: SmtpSink) -> None:
    note, tip = plan(kind="note"), plan(kind="tip")
    pause_sending(kind="note")
    drain()
    assert (state_of(note), state_of(tip)) == ("planned", "sent")
    assert resume_sending(kind="note")
    drain()
    assert state_of(note) == "sent"
    assert not resume_sending(kind="note")


def test_everything_waits_even_what_serves_them(outreach: Planner, smtp_sink: SmtpSink) -> None:
    ticket = plan(kind="ticket")
    pause_sending()
    assert drain() == 0
    assert state_of(ticket) == "planned"
    resume_sending()
    drain()
    assert state_of(ticket) == "sent"


def test_a_pause_holds_within_one_window(
    outreach: Planner, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody presses the button while the values of the first window are gathered."""
    values_of = outreach.values_of

    def pause_meanwhile(messages: Sequence[Message]) -> dict[int, dict[str, Any]]:
        pause_sending(kind="note")
        return values_of(messages)

    for _ in range(WINDOW + 10):
        plan()
    kind = dataclasses.replace(registry.message_kinds["note"], values=pause_meanwhile)
    monkeypatch.setitem(registry.message_kinds, "note", kind)
    drain()
    assert Message.objects.filter(state="sent").count() == WINDOW
    assert Message.objects.filter(state="planned", lease=None).count() == 10


def test_pausing_twice_is_one_pause(db: None) -> None:
    assert pause_sending(kind="note") == pause_sending(kind="note")
    assert audited_models()["customers.sendingpause"].objects.count() == 1


def test_too_many_complaints_pause_a_kind_and_admins_are_told(
    outreach: Planner, smtp_sink: SmtpSink, providers: None, low_limits: None
) -> None:
    admin = create_user(role=Role.ADMIN)
    messages = [sent() for _ in range(5)]
    post("mailgun", mailgun_event(messages[0], "complained"))
    assert not SendingPause.objects.exists()
    post("mailgun", mailgun_event(messages[1], "complained"))
    pause = SendingPause.objects.get()
    assert (pause.kind, pause.why, pause.note) == ("note", "complaints", "2 of the last 5 mails")
    tell_of_pause_task(pause.pk)
    told = smtp_sink.wait_for(lambda mail: mail["To"] == admin.email)
    assert "2 of the last 5 mails" in told.get_content()
    assert "/outbox/sending/" in told.get_content()
    waiting = plan()
    drain()
    assert state_of(waiting) == "planned"


def test_after_a_pause_complaints_count_anew(
    outreach: Planner, smtp_sink: SmtpSink, providers: None, low_limits: None
) -> None:
    messages = [sent() for _ in range(5)]
    for message in messages[:2]:
        post("mailgun", mailgun_event(message, "complained"))
    assert resume_sending(kind="note")
    post("mailgun", mailgun_event(messages[2], "complained"))
    assert not SendingPause.objects.in_force().exists()


def test_few_mails_and_transactional_ones_are_never_paused(
    outreach: Planner, smtp_sink: SmtpSink, providers: None, low_limits: None
) -> None:
    few = [sent() for _ in range(3)]
    tickets = [sent(kind="ticket") for _ in range(5)]
    for message in few + tickets:
        post("mailgun", mailgun_event(message, "complained"))
    assert not SendingPause.objects.exists()


def test_only_what_failed_is_tried_again(outreach: Planner, smtp_sink: SmtpSink) -> None:
    done = sent()
    failed, unknown = plan(), plan()
    Message.objects.filter(pk=failed.pk).update(state="failed", reason="rejected", attempts=3)
    Message.objects.filter(pk=unknown.pk).update(state="unknown", reason="lost")
    assert retry_failed() == 1
    drain()
    assert [state_of(message) for message in (done, failed, unknown)] == ["sent", "sent", "unknown"]
    assert len(smtp_sink.messages) == 2


def test_the_page(outreach: Planner, smtp_sink: SmtpSink, providers: None, admin_client: Client) -> None:
    post("mailgun", mailgun_event(sent(), timestamp=time.time()))
    plan()
    page = admin_client.get("/outbox/sending/").content.decode()
    assert "mailgun" in page
    assert "Pause all mail" in page
    admin_client.post("/outbox/sending/pause/", {"kind": "note"})
    admin_client.post("/outbox/sending/pause/")
    assert SendingPause.objects.in_force().count() == 2
    assert SendingPause.objects.filter(by__role=Role.ADMIN).count() == 2
    page = admin_client.get("/outbox/").content.decode()
    assert "All mail: on hold." in page
    assert "Note: on hold." in page
    admin_client.post("/outbox/sending/start/", {"kind": "note"})
    admin_client.post("/outbox/sending/start/")
    assert not SendingPause.objects.in_force().exists()
    assert admin_client.post("/outbox/sending/pause/", {"kind": "nonsense"}).status_code == 404


def test_failed_ones_from_the_page(outreach: Planner, smtp_sink: SmtpSink, admin_client: Client) -> None:
    message = plan()
    Message.objects.filter(pk=message.pk).update(state="failed")
    assert "Retry failed only" in admin_client.get("/outbox/sending/").content.decode()
    answer = admin_client.post("/outbox/sending/retry/", follow=True)
    assert "1 message is tried again." in answer.content.decode()
    assert state_of(message) == "planned"


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins(db: None, role: str) -> None:
    client = Client()
    client.force_login(create_user(role=role))
    assert client.get("/outbox/sending/").status_code == 403
    assert "/outbox/sending/" not in client.get("/outbox/").content.decode()
    for action in ("pause", "start", "retry"):
        assert client.post(f"/outbox/sending/{action}/").status_code == 403
