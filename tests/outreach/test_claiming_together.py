"""A claim while others change what it looks at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from customers.models import ContactTouch, Message
from customers.outreach import overview
from customers.outreach.claiming import claim
from customers.outreach.services import ensure_content
from tests.factories import create_account, create_contact
from tests.outreach.conftest import BODY, Planner, plan


@pytest.fixture(autouse=True)
def content(committed_db: str, planner: Planner) -> None:
    ensure_content(slug="note", name="A note", subject="For {{ contact.first_name }}", body=BODY)


def elsewhere(change: Callable[[], object]) -> None:
    """Do something on another connection, and have it committed."""

    def run() -> None:
        change()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


@contextmanager
def after_contacts_are_locked(change: Callable[[], object]) -> Iterator[None]:
    """Have something changed between the claim's first statement and its second."""
    changed: list[bool] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if "SKIP LOCKED" in sql and not changed:
            changed.append(True)
            elsewhere(change)
        return answer

    with connection.execute_wrapper(watch):
        yield
    assert changed


def test_what_is_put_off_meanwhile_is_not_claimed() -> None:
    message = plan(contact=create_contact(account=create_account()))
    later = timezone.now() + dt.timedelta(days=1)

    with after_contacts_are_locked(lambda: Message.objects.filter(pk=message.pk).update(due_at=later)):
        claimed = claim()

    message.refresh_from_db()
    assert (claimed.message_ids, message.state, message.due_at) == ([], "planned", later)


def test_what_is_settled_meanwhile_is_not_claimed() -> None:
    message = plan(contact=create_contact(account=create_account()))

    with after_contacts_are_locked(lambda: Message.objects.filter(pk=message.pk).update(state="refused")):
        assert claim().message_ids == []


def test_a_claim_looks_further_when_somebody_else_has_the_first_contacts() -> None:
    account = create_account()
    busy, free = create_contact(account=account), create_contact(account=account)
    for _ in range(8):
        plan(contact=busy)
    message = plan(contact=free)
    found: list[list[int]] = []

    with transaction.atomic():
        list(ContactTouch.objects.select_for_update().filter(contact=busy))
        elsewhere(lambda: found.append(claim(at_most=2).message_ids))

    assert found == [[message.pk]]


def test_the_oldest_due_message_is_found() -> None:
    contact, now = create_contact(account=create_account()), timezone.now()
    for days in (1, 3, 2, -4):
        Message.objects.filter(pk=plan(contact=contact).pk).update(due_at=now - dt.timedelta(days=days))

    oldest = overview.oldest_due()

    assert oldest is not None
    assert oldest.due_at == now - dt.timedelta(days=3)
