"""A company of any size, made by a few set-based statements: 100,000 accounts are in within minutes.

For every account there are 3 contacts, 4 purchases of 5 lines, 12 conversations and 30 timeline rows, more of
them at accounts with low ids. Rows are made in the order of their dates, as in life; what is random follows
from a fixed seed. Triggers sleep meanwhile, so the rows that they would keep are made here as well.
"""

from __future__ import annotations

from django.db import transaction

from customers.models import AccountSummary
from customers.services.summaries import COUNTED
from tests.bench.filling import fill, run
from tests.bench.seeding import deeds, people, programs, timeline
from tests.bench.seeding.people import CHIEF, FULL, GROUP, MANAGER, PASSWORD, REP

__all__ = ["CHIEF", "FULL", "GROUP", "MANAGER", "PASSWORD", "REP", "seed"]


@transaction.atomic
def seed(accounts: int) -> None:
    """Fill a database that has nothing but the product's defaults."""
    run("SET LOCAL session_replication_role = replica")
    run("SET LOCAL work_mem = '256MB'")
    run("SET LOCAL max_parallel_workers_per_gather = 0")
    run("SELECT setseed(0.5)")
    people.staff()
    people.customers(accounts)
    people.contacts(3 * accounts)
    deeds.products()
    deeds.purchases(4 * accounts, accounts)
    deeds.conversations(12 * accounts, accounts)
    deeds.tasks(accounts // 20, accounts)
    programs.messages(3 * accounts)
    programs.answers(accounts // 2)
    programs.points()
    programs.enrolments(accounts // 5)
    timeline.timeline()
    fill(
        AccountSummary,
        f"({COUNTED.replace('= ANY(%(ids)s)', '> 0')}) counted",
        **{field.attname: field.attname for field in AccountSummary._meta.concrete_fields},
    )
