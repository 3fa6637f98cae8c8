"""Somebody changes their answer while it is judged: nobody waits for the other in a circle."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.core.events import drain
from crm.core.registry import registry
from surveys.models import Invitation, Response, Survey
from surveys.services.capture import lock_open, record_answer
from surveys.services.counting import judge_batch
from surveys.services.planning import settle_invitation
from tests.factories import create_contact, create_purchase

pytestmark = pytest.mark.usefixtures("committed_db")


def judged_elsewhere() -> int:
    try:
        return judge_batch()
    finally:
        connection.close()


@pytest.fixture
def invitation() -> Invitation:
    """Answered a minute ago: its time to be judged has come."""
    for install in registry.defaults:
        install()
    delivered_at = timezone.now() - dt.timedelta(days=Survey.objects.get().delay_days)
    create_purchase(contact=create_contact(), delivered_at=delivered_at)
    drain()
    invitation = Invitation.objects.get()
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    settle_invitation(invitation_id=invitation.pk, state="sent", reason="", at=hour_ago)
    record_answer(invitation=invitation, score=9)
    Response.objects.update(counts_at=timezone.now())
    return invitation


def test_an_answer_in_its_authors_hands_is_left_for_later(invitation):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Invitation.objects.select_for_update().get(pk=invitation.pk)
            assert pool.submit(judged_elsewhere).result(timeout=20) == 0
            lock_open(invitation)
        assert pool.submit(judged_elsewhere).result(timeout=20) == 1
