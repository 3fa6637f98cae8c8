"""Files that come by themselves: taken once, from below the operator's folder or from the open internet."""

from __future__ import annotations

import datetime as dt
import os
import socket
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from crm.core.jobs import run_slice
from crm.core.models import Job, Role
from crm.core.sealing import seal
from customers.imports.named import delete_map
from customers.imports.scheduled.fetching import NotFetched, next_file
from customers.imports.scheduled.looking import look, look_for_files
from customers.imports.scheduled.services import next_look, switch_schedule
from customers.models import ImportSchedule, NamedMap, Purchase
from tests.imports.importing import ORDER
from tests.imports.scheduling import (
    FOLDER,
    WEB,
    due_now,
    look_again,
    put,
    schedule_now,
    schedule_of,
)
from tests.webhooks.receiving import Receiver

pytestmark = pytest.mark.django_db


def test_it_works(folder: Path):
    put(folder, "orders.csv")
    schedule = schedule_of(**FOLDER)
    assert look_for_files() == 0
    due_now(schedule)

    assert look_for_files() == 1

    job = Job.objects.get()
    run_slice(job.pk)
    run_slice(job.pk)
    assert (job.title, job.created_by) == ("Import of orders.csv", schedule.made_by)
    assert Purchase.objects.get().number == "10521"
    schedule.refresh_from_db()
    assert (schedule.said, schedule.has_failed) == ("orders.csv was taken.", False)


def test_a_file_is_taken_once_and_the_oldest_first(folder: Path):
    put(folder, "b.csv", age=300)
    put(folder, "a.csv", ORDER.replace("10521", "10522"))
    put(folder, "copy of b.csv")
    put(folder, "notes.txt")
    schedule = schedule_of(**FOLDER)

    assert [look_again(schedule) for _turn in range(4)] == [True, True, False, False]

    assert list(schedule.taken_files.order_by("pk").values_list("name", flat=True)) == [
        "b.csv",
        "a.csv",
        "copy of b.csv",
    ]
    assert Job.objects.count() == 2
    put(folder, "b.csv", ORDER.replace("10521", "10523"))
    assert look_again(schedule)


def test_a_name_in_another_encoding_is_taken(folder: Path):
    plain = put(folder, "orders.csv")
    os.rename(os.fsencode(plain), os.fsencode(folder) + b"/M\xfcller.csv")
    schedule = schedule_of(**FOLDER)

    assert [look_again(schedule) for _turn in range(2)] == [True, False]
    schedule.refresh_from_db()
    assert (schedule.said, schedule.has_failed) == ("Nothing new.", False)
    assert Job.objects.get().title == "Import of M\N{REPLACEMENT CHARACTER}ller.csv"


def test_what_nobody_foresaw_is_said_and_the_others_go_on(folder: Path, server: Receiver):
    put(folder, "orders.csv")
    broken, fine = schedule_of(**WEB, url=server.url), schedule_of(**FOLDER)
    ImportSchedule.objects.filter(pk=broken.pk).update(sealed_authorization=seal("“Bearer x”"))
    due_now(broken)
    due_now(fine)

    assert look_for_files() == 1

    broken.refresh_from_db()
    assert broken.has_failed
    assert broken.said
    assert broken.due_at > timezone.now()


def test_a_file_that_is_still_being_written_waits(folder: Path):
    put(folder, "orders.csv", age=1)
    schedule = schedule_of(**FOLDER)
    assert not look_again(schedule)
    put(folder, "orders.csv")
    assert look_again(schedule)


def test_while_a_file_is_imported_the_next_one_waits(folder: Path):
    put(folder, "a.csv", age=300)
    put(folder, "b.csv", ORDER.replace("10521", "10522"))
    schedule = schedule_of(**FOLDER)
    assert look(schedule)
    assert not look(schedule)
    assert schedule.said == "The last file is still being imported."


def test_nothing_outside_of_the_folder_is_read(folder: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    put(outside, "secret.csv")
    (folder / "link.csv").symlink_to(outside / "secret.csv")
    (folder / "linked").symlink_to(outside)
    os.mkfifo(folder / "pipe.csv")
    (folder / "deep").mkdir()

    assert not look_again(schedule_of(**FOLDER))
    for path in ("../outside", "linked", "deep/../..", "./deep", "nowhere"):
        schedule = ImportSchedule(folder=path, name="x")
        with pytest.raises(NotFetched), next_file(schedule):
            pass


def test_a_file_that_is_too_large_is_said(folder: Path, settings: Settings):
    settings.IMPORT_MAX_UPLOAD = 10
    put(folder, "orders.csv")
    schedule = schedule_of(**FOLDER)
    assert not look_again(schedule)
    assert "larger than" in schedule_now(schedule).said


def test_from_the_web_with_credentials_that_are_kept_sealed(server: Receiver):
    server.etag = '"one"'
    schedule = schedule_of(**WEB, url=server.url, authorization="Bearer s3cret")

    assert look_again(schedule)

    assert server.received[0].headers["authorization"] == "Bearer s3cret"
    assert Purchase.objects.get().number == "10521"
    assert Job.objects.get().title == "Import of hook"
    assert "s3cret" not in str(ImportSchedule.objects.values().get())
    server.answers = [304]
    assert not look_again(schedule)
    assert server.received[1].headers["if-none-match"] == '"one"'
    assert not look_again(schedule)  # the same words under no tag at all
    assert schedule_now(schedule).said == "Nothing new."


@pytest.mark.parametrize(
    ("status", "words"),
    [(302, "sends us elsewhere"), (404, "answered 404"), (500, "answered 500"), (206, "answered 206")],
)
def test_what_is_no_file_is_said_and_admins_hear_of_it_once(server: Receiver, status: int, words: str):
    server.answers, server.location = [status] * 2, "http://169.254.169.254/"
    schedule = schedule_of(**WEB, url=server.url)
    mail.outbox.clear()
    assert not look_again(schedule)
    assert not look_again(schedule)
    found = schedule_now(schedule)
    assert found.has_failed
    assert words in found.said
    assert found.due_at > timezone.now() + dt.timedelta(minutes=50)
    assert len(mail.outbox) == 2  # one to each admin
    assert look_again(schedule)
    assert not schedule_now(schedule).has_failed


def test_too_large_an_answer_is_not_read_to_its_end(server: Receiver, settings: Settings):
    settings.IMPORT_MAX_UPLOAD = 100
    schedule = schedule_of(**WEB, url=server.url)
    assert not look_again(schedule)
    assert "larger than" in schedule_now(schedule).said


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::1]", "2130706433", "localhost", "10.0.0.1", "[fd00::1]"]
)
def test_our_own_network_is_never_asked(settings: Settings, host: str):
    settings.OUTGOING_ALLOW_HTTP = True
    schedule = schedule_of(**WEB, url=f"http://{host}/orders.csv")
    assert not look_again(schedule)
    assert schedule_now(schedule).has_failed
    assert not Job.objects.exists()


def test_a_name_that_leads_home_is_refused(settings: Settings):
    settings.OUTGOING_ALLOW_HTTP = True
    schedule = schedule_of(**WEB, url="http://rebinding.example/orders.csv")
    home = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    home += [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    assert not look(schedule, resolve=lambda *args, **options: home)
    assert "not on the open internet" in schedule_now(schedule).said


def test_an_import_that_fails_is_a_failure_of_the_schedule(folder: Path):
    put(folder, "orders.csv", "Nothing,of,this\n1,2,3\n")
    schedule = schedule_of(**FOLDER)
    look_again(schedule)
    look_for_files()
    found = schedule_now(schedule)
    assert found.has_failed
    assert "has no column" in found.said


def test_it_runs_as_somebody_who_may_import(folder: Path):
    put(folder, "orders.csv")
    schedule = schedule_of(**FOLDER)
    schedule.made_by.role = Role.MARKETER
    schedule.made_by.save()
    assert not look_again(schedule)
    assert "may not import any more" in schedule_now(schedule).said


def test_without_its_columns_it_says_so(folder: Path):
    schedule = schedule_of(**FOLDER)
    delete_map(kept=NamedMap.objects.get())
    assert not look_again(schedule)
    assert "columns were deleted" in schedule_now(schedule).said


def test_when_it_looks_next():
    schedule = ImportSchedule(every="day", at=dt.time(6))
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        now = timezone.now()
        assert next_look(schedule, now).isoformat()[:16] == "2026-11-21T06:00"
        schedule.every = "week"
        assert next_look(schedule, now).isoformat()[:16] == "2026-11-27T06:00"
        schedule.every = "quarter"
        assert next_look(schedule, now) - now == dt.timedelta(minutes=15)


def test_switched_off_it_looks_no_more(folder: Path):
    put(folder, "orders.csv")
    schedule = schedule_of(**FOLDER)
    switch_schedule(schedule=schedule, on=False)
    due_now(schedule)
    assert look_for_files() == 0


# --- the pages
