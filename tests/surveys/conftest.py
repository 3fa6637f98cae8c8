"""A customer who was asked, and a clock that moves when told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.core.events import drain
from crm.core.models import User
from crm.core.registry import registry
from customers.models import Message
from surveys.links import token_of
from surveys.models import Invitation, Response, Survey
from surveys.services.counting import count_due_responses
from surveys.services.planning import settle_invitation
from tests.factories import create_account, create_contact, create_purchase, create_user

MONDAY = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still until shifted; it starts on a Monday at noon."""
    with time_machine.travel(MONDAY, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def survey(db: None) -> Survey:
    """The survey that every installation has, as the code says now."""
    for install in registry.defaults:
        install()
    return Survey.objects.get(slug="after-delivery")


@dataclass
class Asked:
    """Somebody who got the mail an hour ago, and the ways in which they or a machine may follow its links."""

    invitation: Invitation
    owner: User
    client: Client

    @property
    def token(self) -> str:
        return token_of(self.invitation)

    @property
    def url(self) -> str:
        return f"/s/{self.token}/"

    @property
    def response(self) -> Response | None:
        return Response.objects.filter(invitation=self.invitation).first()

    def click(self, score: int | str) -> Any:
        return self.client.get(self.url, {"score": score})

    def follow_hidden(self) -> Any:
        return self.client.get(f"{self.url}details/")

    def touch(self, score: int | str) -> Any:
        return self.client.post(f"{self.url}touch/", {"score": score})

    def send(self, score: int | str, comment: str = "") -> Any:
        return self.client.post(self.url, {"score": score, "comment": comment})


@pytest.fixture
def ask(survey: Survey) -> Callable[..., Asked]:
    """Deliver something to somebody, and send them the question `sent` ago (None: it waits to be sent)."""

    def make(*, sent: dt.timedelta | None = dt.timedelta(hours=1), **fields: Any) -> Asked:
        owner = fields.pop("owner", None) or create_user(role="account_manager")
        contact = fields.pop("contact", None) or create_contact(account=create_account(owner=owner))
        delivered_at = fields.pop("delivered_at", timezone.now() - dt.timedelta(days=survey.delay_days))
        purchase = create_purchase(contact=contact, delivered_at=delivered_at, **fields)
        drain()
        invitation = Invitation.objects.get(purchase=purchase)
        if sent is not None:
            settle_invitation(
                invitation_id=invitation.pk, state=Message.State.SENT, reason="", at=timezone.now() - sent
            )
        return Asked(invitation, owner, Client(enforce_csrf_checks=True))

    return make


@pytest.fixture
def asked(clock: time_machine.Traveller, ask: Callable[..., Asked]) -> Asked:
    return ask()


@pytest.fixture
def pass_hold(clock: time_machine.Traveller) -> Callable[[], int]:
    """Let the hold of a Send pass and count."""

    def judge() -> int:
        clock.shift(61)
        return count_due_responses()

    return judge
