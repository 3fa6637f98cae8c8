"""A million messages planned, and claims out of five million that are due (`make bench`; DUE_MESSAGES)."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import dataclass

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Contact, Enrolment, Flow, FlowVersion, Message
from customers.outreach.claiming import claim
from customers.outreach.services import change_touch_rules, ensure_content, plan_for_everybody
from tests.bench.figures import note_rate, note_times, peak_megabytes
from tests.factories import create_contact

DUE = int(os.environ.get("DUE_MESSAGES", "5000000"))
OCCASIONS = 20  # as many messages a contact
CONTACTS = DUE // OCCASIONS
ROUNDS = 40
MORE_CONTACTS = """
    INSERT INTO customers_contact (account_id, first_name, email, {columns})
    SELECT account_id, 'Dana', 'dana' || n || '@crowd.example', {columns}
    FROM customers_contact, generate_series(2, %s) n WHERE id = %s
"""


@dataclass(frozen=True)
class Stopwatch:
    """Milliseconds: passed, and of the processor in this process and in its Postgres."""

    wall: float
    ours: float
    database: float

    @classmethod
    def now(cls) -> Stopwatch:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            spent = psutil.Process(cursor.fetchone()[0]).cpu_times()
        return cls(time.perf_counter() * 1000, time.process_time() * 1000, (spent.user + spent.system) * 1000)

    def since(self) -> Stopwatch:
        now = Stopwatch.now()
        return Stopwatch(now.wall - self.wall, now.ours - self.ours, now.database - self.database)


@pytest.fixture(scope="module")
def reference(committed_db: str) -> int:
    """A sequence whose mail is wanted, with as many contacts as are needed and no rule in their way."""
    change_touch_rules(gap_days=0, kind_gaps={}, yearly_cap=1000, daily_cap=1000, quiet_hours=False)
    ensure_content(slug="bench", name="Bench", subject="Hello", body="<mj-section></mj-section>")
    contact = create_contact()
    written = {"id", "account", "first_name", "email"}
    columns = [field.column for field in Contact._meta.concrete_fields if field.name not in written]
    with connection.cursor() as cursor:
        cursor.execute(MORE_CONTACTS.format(columns=", ".join(columns)), [CONTACTS, contact.pk])
        cursor.execute("VACUUM ANALYZE customers_contact")
    flow = Flow.objects.create(slug="crowd", name="Crowd", state=Flow.State.RUNNING)
    version = FlowVersion.objects.create(flow=flow, number=1, steps=[], exits=[])
    return Enrolment.objects.create(
        version=version,
        flow=flow,
        account=contact.account,
        contact=contact,
        key="crowd",
        state=Enrolment.State.DONE,
        ended_at=timezone.now(),
    ).pk


def test_planning_and_claiming(reference: int) -> None:
    """A fifth is timed as planning; all of them are due when claims are."""
    first = OCCASIONS // 5
    start = Stopwatch.now()
    for occasion in range(first):
        assert plan(reference, occasion) == CONTACTS
    spent = start.since()
    note_rate(
        name="messages planned",
        n=first * CONTACTS,
        seconds=spent.wall / 1000,
        megabytes=peak_megabytes(),
        postgres_milliseconds=round(spent.database),
    )
    print(
        f"\n{first * CONTACTS:,} planned in {spent.wall / 1000:.1f} s, {spent.database / 1000:.1f} s of CPU"
    )
    for occasion in range(first, OCCASIONS):
        plan(reference, occasion)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_message")
    claim_again_and_again()


def plan(reference: int, occasion: int) -> int:
    return plan_for_everybody(
        contacts=Contact.objects.all(),
        kind="nurture",
        content="bench",
        reference=reference,
        key=f"crowd:{occasion}",
        due_at=timezone.now() - dt.timedelta(days=OCCASIONS - occasion),
    )


def claim_again_and_again() -> None:
    assert Message.objects.waiting().count() == DUE
    with CaptureQueriesContext(connection) as asked:
        assert len(claim().message_ids) == 500
        queries = len(asked)
    times = []
    for _round in range(ROUNDS):
        start = Stopwatch.now()
        assert len(claim().message_ids) == 500
        times.append(start.since())
    note_times(
        name=f"claim of 500 out of {DUE:,} due",
        milliseconds=[spent.wall for spent in times],
        queries=queries,
        web=sum(spent.ours for spent in times) / ROUNDS,
        database=sum(spent.database for spent in times) / ROUNDS,
    )
