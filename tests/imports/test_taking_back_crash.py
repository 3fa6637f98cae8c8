"""The database loses the connection while an import is taken back."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from crm.core.immutable import unlocked
from crm.core.jobs import run_slice
from crm.core.models import Job
from customers.imports.applying import ONE_AT_A_TIME
from customers.imports.reverting.jobs import start_taking_back
from customers.models import Account, ImportChange
from tests.factories import create_user
from tests.imports.importing import ORDER, checksums, run_import
from tests.imports.taking_back import LIVE
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed_db")
WHO_HOLDS_THE_LOCK = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = %s AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_what_is_edited_meanwhile_stays() -> None:
    """Somebody saves the customer at the moment in which it is chosen to go."""
    job = run_import(ORDER)
    taking = start_taking_back(job=job, by=create_user())

    def work() -> None:
        run_slice(taking.pk)
        connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        Account.objects.update(phone="555 0100")
        worker.start()
        until_somebody_waits()
    worker.join()

    taking.refresh_from_db()
    assert taking.state == Job.State.DONE, taking.error
    assert Account.objects.get().phone == "555 0100"
    take_away_rest()


def take_away_rest() -> None:
    """The module's other tests begin without customers."""
    with unlocked():
        Account.objects.all().delete()


def test_what_always_fails_ends_after_three_attempts() -> None:
    job = run_import(ORDER)
    taking = start_taking_back(job=job, by=create_user())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_formerrow RENAME TO elsewhere")
    for _ in range(3):
        run_slice(taking.pk)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO customers_formerrow")
    taking.refresh_from_db()
    assert taking.state == Job.State.FAILED
    again = start_taking_back(job=job, by=create_user())
    run_slice(again.pk)
    assert not Account.objects.exists()


def test_nothing_is_half() -> None:
    job = run_import(ORDER)
    before = checksums(LIVE)
    taking = start_taking_back(job=job, by=create_user())

    def work() -> None:
        run_slice(taking.pk)
        connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic(), connection.cursor() as cursor:
        Account.objects.select_for_update().get()  # taking back gets as far as the customer, and waits
        worker.start()
        until_somebody_waits()
        cursor.execute(WHO_HOLDS_THE_LOCK, [ONE_AT_A_TIME])
    worker.join()

    assert checksums(LIVE) == before
    assert ImportChange.objects.filter(job=job).exists()
    Job.objects.filter(pk=taking.pk).update(state=Job.State.QUEUED)
    run_slice(taking.pk)
    taking.refresh_from_db()
    assert taking.state == Job.State.DONE
    assert not Account.objects.exists()
