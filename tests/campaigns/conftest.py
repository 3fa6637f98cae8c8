"""People in the sequence that every installation starts with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from crm.core.events import drain
from crm.core.models import Role, User
from customers.flows.models import Enrolment, Flow
from tests.factories import create_account, create_contact, create_purchase, create_user

PAGE = "/campaigns/after-first-delivery/"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)  # a Monday


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that only moves when told to; it starts on a Monday at noon."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def flow(db: None) -> Flow:
    return Flow.objects.get(slug="after-first-delivery")


@pytest.fixture
def enter(flow: Flow) -> Callable[..., Enrolment]:
    """Deliver a first purchase to a new account and let campaigns react."""

    def deliver(**account: Any) -> Enrolment:
        account = {"owner": create_user(), **account}
        contact = create_contact(account=create_account(**account))
        purchase = create_purchase(contact=contact, delivered_at=dt.datetime.now(dt.UTC))
        drain()
        return Enrolment.objects.for_reading().get(reference=purchase.pk)

    return deliver


@pytest.fixture
def admin(client: Client) -> User:
    user = create_user(role=Role.ADMIN)
    client.force_login(user)
    return user


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())
