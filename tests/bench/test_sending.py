"""How many mails a second two senders bring to a server that takes everything (`make bench`).

Rendering and all states are included. SENDING_MAILS says how many. In the same run 5,000 go the plain way, as
one task a mail. The database is that of the tests, which does not wait for its disk.
"""

from __future__ import annotations

import os
import re
import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from celery import current_app
from django.db.models import QuerySet

from crm.embedded.places import free_port
from customers.models import Message
from customers.outreach.services import ensure_content
from tests import servers
from tests.bench.figures import note_rate
from tests.bench.one_by_one import TASK
from tests.fixtures.processes import Process, started
from tests.outreach.crowds import plan_for_crowd

MAILS = int(os.environ.get("SENDING_MAILS", "20000"))
ONE_BY_ONE = min(MAILS, 5_000)
SENDERS = 2
MOST_MEGABYTES = 150
GREETING = """
  <mj-text>Dear {{ contact.first_name }}, your {{ product }} at {{ account.name }} is well in use.
  {% for item in items %}{{ item.quantity }} of {{ item.name }}. {% endfor %}</mj-text>
  <mj-button href="{{ links.view }}">Read it on the web</mj-button>
"""
PARAGRAPH = """
  <mj-text>Two people and a quarter of an hour are enough to look after it: tighten what moves, wipe what is
  dirty, write down what is worn, and call us about anything that rattles.</mj-text>
"""
BODY = f"<mj-section><mj-column>{GREETING}{PARAGRAPH * 6}</mj-column></mj-section>"  # 14 KB as a mail


@dataclass(frozen=True)
class CountingServer:
    port: int
    process: Process

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def count(self) -> tuple[int, int, int]:
        """How many mails came, how many different ones, and their bytes."""
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            total, different, octets = smtp.verify("all")[1].split()
        return int(total), int(different), int(octets)

    def is_ready(self) -> bool:
        try:
            return self.count() == (0, 0, 0)
        except OSError:
            return False


@pytest.fixture
def sink(committed_db: str) -> Iterator[CountingServer]:
    port = free_port()
    with started("sink", ["tests.bench.sink", str(port)], {}) as process:
        server = CountingServer(port, process)
        process.wait_until(server.is_ready)
        yield server


@pytest.fixture(scope="module")
def content(committed_db: str) -> str:
    ensure_content(slug="bench", name="Bench", subject="For {{ contact.first_name }}", body=BODY)
    return "bench"


def test_sending(sink: CountingServer, content: str) -> None:
    plain = one_task_a_mail(sink, content)
    fast = two_senders(sink, content)
    print(f"\n{SENDERS} senders: {fast / plain:.1f} times as many as one task a mail")


def two_senders(sink: CountingServer, content: str) -> float:
    ours = Message.objects.filter(account=plan_for_crowd(MAILS, content=content))
    environment = {"EMAIL_URL": sink.url, "LEASE_SECONDS": "60"}
    with ExitStack() as running:
        senders = [
            running.enter_context(started("sender", ["django", "run_sender"], environment))
            for _ in range(SENDERS)
        ]
        run = Run(f"{SENDERS} senders, mails", sink, senders)
        rate = run.measure(ours)
        assert run.megabytes() <= MOST_MEGABYTES
    return rate


def one_task_a_mail(sink: CountingServer, content: str) -> float:
    ours = Message.objects.filter(account=plan_for_crowd(ONE_BY_ONE, content=content))
    for pk in ours.values_list("pk", flat=True):
        current_app.send_task(TASK, [pk], queue="bulk")
    argv = ["celery", "-A", "crm.celery", "worker", "-I", "tests.bench.one_by_one", "-Q", "bulk"]
    argv += ["-c", str(SENDERS), "-n", f"{servers.WORKER}-plain@test", "--without-gossip", "--without-mingle"]
    with started("worker", argv, {"EMAIL_URL": sink.url}) as worker:
        return Run("one Celery task a mail", sink, [worker]).measure(ours)


class Run:
    """One way of sending, from the first mail's arrival to the last state: starting Python is left out."""

    def __init__(self, name: str, sink: CountingServer, senders: Sequence[Process]) -> None:
        self.name = name
        self.sink = sink
        self.senders = senders

    def measure(self, messages: QuerySet[Message]) -> float:
        n, (before, _, octets) = messages.count(), self.sink.count()
        self.senders[0].wait_until(lambda: self.sink.count()[0] > before, seconds=120)
        start, begun, cpu = time.perf_counter(), self.sink.count()[0] - before, self.cpu()
        self.senders[0].wait_until(lambda: self.sink.count()[0] - before >= n, seconds=600)
        self.senders[0].wait_until(lambda: not messages.exclude(state="sent").exists())
        seconds = time.perf_counter() - start
        spent = {
            name: round(sum(now - cpu[name].get(pid, 0) for pid, now in spenders.items()) / (n - begun) * 1e6)
            for name, spenders in self.cpu().items()
        }
        total, different, all_octets = self.sink.count()
        assert total == different == before + n
        assert 13_500 < (all_octets - octets) / n < 16_000
        print(f"\n{self.name}: microseconds of CPU a mail: {spent}")
        return note_rate(name=self.name, n=n - begun, seconds=seconds, megabytes=self.megabytes(), **spent)

    def cpu(self) -> dict[str, dict[int, float]]:
        """Seconds of processor time so far by process, of all that take part."""
        senders = [child for one in self.senders for child in family(one)]
        parts = {"senders": senders, "postgres": backends(), "sink": family(self.sink.process)}
        return {name: {one.pid: seconds(one) for one in processes} for name, processes in parts.items()}

    def megabytes(self) -> int:
        """The most memory that one of the processes has had."""
        return max(most_megabytes(process) for one in self.senders for process in family(one))


def backends() -> list[psutil.Process]:
    """The processes of Postgres that work on a database of ours; others come and go beside them."""
    found = []
    for process in psutil.Process(servers.POSTGRES.pid() or 0).children():
        with suppress(psutil.NoSuchProcess):
            if servers.DATABASE in " ".join(process.cmdline()):
                found.append(process)
    return found


def family(process: Process) -> list[psutil.Process]:
    parent = psutil.Process(process.popen.pid)
    return [parent, *parent.children(recursive=True)]


def seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        spent = process.cpu_times()
        return float(spent.user + spent.system)
    return 0.0


def most_megabytes(process: psutil.Process) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) // 1024 if found else int(process.memory_info().rss) // 2**20
