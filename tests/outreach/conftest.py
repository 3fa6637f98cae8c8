"""Kinds of messages that tests can turn on and off, and rules that are out of the way unless set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from crm.core.registry import MessageKind, registry
from customers.models import Account, Contact, Message
from customers.outreach.models import TouchRules
from customers.outreach.services import PlannedMessage, change_touch_rules, ensure_content, plan_messages
from tests.factories import create_contact

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)  # a Monday
BODY = """
<mj-section><mj-column>
  <mj-text>Dear {{ contact.first_name }} of {{ account.name }}, {{ word }}.</mj-text>
  <mj-button href="{{ links.view }}">Look</mj-button>
</mj-column></mj-section>
"""
numbers = count(1)


@dataclass
class Planner:
    """What the app behind the test kinds wants; `unwanted` ids are refused, `broken` makes it fail to say."""

    unwanted: set[int] = field(default_factory=set)
    broken: bool = False
    values: dict[str, Any] = field(default_factory=lambda: {"word": "hello"})

    def still_wanted(self, ids: Collection[int]) -> set[int]:
        if self.broken:
            raise RuntimeError("the app is broken")
        return set(ids) - self.unwanted

    def values_of(self, messages: Sequence[Message]) -> dict[int, dict[str, Any]]:
        return {message.pk: self.values for message in messages}


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> Planner:
    """Kinds `note` and `tip` about care, `club` about news (opt-in), and `ticket`, a transactional one."""
    app = Planner()
    for name, topic in {"note": "care", "tip": "care", "club": "news", "ticket": "service"}.items():
        kind = MessageKind(
            name=name,
            label=name.title(),
            topic=topic,
            still_wanted=app.still_wanted,
            values=app.values_of,
            transactional=name == "ticket",
        )
        monkeypatch.setitem(registry.message_kinds, name, kind)
    return app


@pytest.fixture
def content(db: None) -> str:
    ensure_content(slug="note", name="A note", subject="For {{ contact.first_name }}", body=BODY)
    return "note"


@pytest.fixture
def rules(db: None) -> TouchRules:
    """No gaps, no caps worth the name, no quiet hours."""
    return change_touch_rules(gap_days=0, kind_gaps={}, yearly_cap=1000, daily_cap=1000, quiet_hours=False)


@pytest.fixture
def outreach(planner: Planner, content: str, rules: TouchRules, settings: Settings) -> Planner:
    """All of the above, with a lease that outlasts a slow machine."""
    settings.LEASE_SECONDS = 60
    return planner


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


def plan(
    *,
    contact: Contact | None = None,
    account: Account | None = None,
    kind: str = "note",
    due_at: dt.datetime | None = None,
    reference: int = 0,
) -> Message:
    """One message, due now unless told otherwise."""
    contact = contact or create_contact()
    key = f"test:{next(numbers)}"
    planned = PlannedMessage(
        kind=kind,
        contact_id=contact.pk,
        account_id=(account or contact.account).pk,
        reference=reference,
        key=key,
        content="note",
        **({"due_at": due_at} if due_at else {}),
    )
    plan_messages([planned])
    return Message.objects.get(key=key)
