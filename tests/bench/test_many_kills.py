"""100,000 messages while everything that can end does: none lost, none twice (`make soak`).

Workers are killed twenty times and replaced, the broker forgets all twice and is away for 30 s once, Postgres
is restarted in the middle of everything. SOAK_MAILS sets another number of messages, SOAK_KILLS of kills.
"""

from __future__ import annotations

import os
import platform
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from pytest_django import DjangoDbBlocker

from customers.models import Message
from customers.outreach.windows import WINDOW
from tests.faults.reckoning import all_settled, reckon
from tests.fixtures.processes import Process, running_beat, running_sink, running_worker
from tests.fixtures.recording_sink import Recording
from tests.fixtures.servers_of_its_own import Servers, servers_of_its_own
from tests.outreach.crowds import plan_for_crowd

CROWD = int(os.environ.get("SOAK_MAILS", "100000"))
KILLS = int(os.environ.get("SOAK_KILLS", "20"))
WORKERS, FLUSHES, AWAY_SECONDS = 3, 2, 30
LEASE = "10"
PATIENCE = 900


@dataclass
class Fleet:
    """So many workers at any time: one that is killed is replaced."""

    running: ExitStack
    environment: dict[str, Any]
    email_url: str
    workers: list[Process] = field(default_factory=list)

    def man(self) -> None:
        while len(self.workers) < WORKERS:
            worker = running_worker(email_url=self.email_url, LEASE_SECONDS=LEASE, **self.environment)
            self.workers.append(self.running.enter_context(worker))

    def kill_one(self) -> None:
        self.workers.pop(random.randrange(WORKERS)).kill()
        self.man()


@dataclass
class Misfortune:
    """What happens to the servers and the workers, by name."""

    servers: Servers
    fleet: Fleet

    def kill(self) -> None:
        self.fleet.kill_one()

    def flush(self) -> None:
        with redis.Redis.from_url(self.servers.valkey.url()) as broker:
            broker.flushall()

    def away(self) -> None:
        self.servers.valkey.stop()
        back = time.monotonic() + AWAY_SECONDS
        self.fleet.workers[0].wait_until(lambda: time.monotonic() > back)
        self.servers.valkey.start()

    def restart(self) -> None:
        self.servers.restart_postgres_immediately()


@pytest.fixture
def own(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Servers]:
    with django_db_blocker.unblock(), servers_of_its_own(tmp_path) as servers:
        yield servers


@pytest.mark.soak
def test_none_lost_and_none_twice(own: Servers, tmp_path: Path) -> None:
    start = time.monotonic()
    with ExitStack() as running:
        sink = running.enter_context(running_sink(tmp_path))
        fleet = Fleet(running, own.environment, sink.url)
        fleet.man()
        running.enter_context(running_beat(TICK_SECONDS="1", **own.environment))
        ours = Message.objects.filter(account=plan_for_crowd(CROWD))
        befall(Misfortune(own, fleet), fleet, sink)
        fleet.workers[0].wait_until(lambda: all_settled(ours), seconds=PATIENCE)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    print(f"{CROWD} messages in {time.monotonic() - start:.0f} s on {machine}")
    reckon(ours, sink, unknown_at_most=WINDOW * (KILLS + WORKERS))  # a restart ends a window of each


def befall(misfortune: Misfortune, fleet: Fleet, sink: Recording) -> None:
    """All of it in random order, at random moments while mail arrives."""
    seed = random.randrange(10**6)
    random.seed(seed)
    print(f"\nseed {seed}")
    names = random.sample(["kill"] * KILLS + ["flush"] * FLUSHES + ["away", "restart"], KILLS + FLUSHES + 2)
    for name, share in zip(names, sorted(random.uniform(0.02, 0.9) for _ in names), strict=True):
        fleet.workers[0].wait_until(lambda: sink.count() >= share * CROWD, seconds=PATIENCE)  # noqa: B023
        print(f"{sink.count():7} arrived: {name}")
        getattr(misfortune, name)()
