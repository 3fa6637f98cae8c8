"""Events reach every reaction once, survive failures, and die visibly."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.core.events import Event, drain, publish, retry_dead
from crm.core.models import Delivery, OutboxEvent, Team
from crm.core.registry import registry

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(Event):
    name: ClassVar[str] = "tests.something_happened"
    title: str


def make_team(event: SomethingHappened) -> None:
    Team.objects.create(name=event.title)


def fail_after_writing(event: SomethingHappened) -> None:
    Team.objects.create(name=f"half of {event.title}")
    raise RuntimeError("no luck")


@pytest.fixture
def heard() -> Iterator[None]:
    before = registry.reactions
    registry.reactions = {SomethingHappened: [make_team]}
    yield
    registry.reactions = before


def test_it_works(heard):
    publish(SomethingHappened(title="Blue"))

    assert drain() == 1

    assert Team.objects.get().name == "Blue"
    assert Delivery.objects.get().state == "done"
    assert drain() == 0


def test_an_event_is_written_with_what_caused_it_or_not_at_all(heard):
    with transaction.atomic():
        publish(SomethingHappened(title="Blue"))
        transaction.set_rollback(True)

    assert not OutboxEvent.objects.exists()


def test_a_failing_reaction_leaves_nothing_and_is_tried_later(heard):
    registry.reactions[SomethingHappened] = [fail_after_writing, make_team]
    publish(SomethingHappened(title="Blue"))

    drain()

    assert [team.name for team in Team.objects.all()] == ["Blue"]
    failed = Delivery.objects.get(reaction="tests.core.test_outbox.fail_after_writing")
    assert (failed.state, failed.attempts, failed.last_error) == ("pending", 1, "RuntimeError: no luck")
    assert failed.due_at > timezone.now() + dt.timedelta(seconds=3)


def test_the_tenth_failure_is_death_and_retry_gives_new_life(heard):
    registry.reactions[SomethingHappened] = [fail_after_writing]
    publish(SomethingHappened(title="Blue"))
    Delivery.objects.update(attempts=9)

    drain()
    dead = Delivery.objects.get()
    assert dead.state == "dead"

    assert retry_dead([dead.pk]) == 1
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    assert retry_dead([dead.pk]) == 0


def test_a_forgotten_reaction_is_an_error_not_silence(heard):
    publish(SomethingHappened(title="Blue"))
    Delivery.objects.update(reaction="gone.reaction")

    drain()

    assert "gone.reaction" in Delivery.objects.get().last_error


def test_events_cannot_be_rewritten(heard):
    publish(SomethingHappened(title="Blue"))

    with pytest.raises(Exception, match="cannot be changed"), transaction.atomic():
        OutboxEvent.objects.update(name="other")


@pytest.mark.django_db(transaction=True)
def test_two_drains_at_once_have_one_effect_each(heard):
    with transaction.atomic():
        for n in range(120):
            publish(SomethingHappened(title=f"Team {n}"))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        while drain():
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Team.objects.count() == 120
    assert Delivery.objects.filter(state="done", attempts=1).count() == 120


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(heard):
    with pytest.raises(RuntimeError, match="transaction"):
        publish(SomethingHappened(title="Blue"))
