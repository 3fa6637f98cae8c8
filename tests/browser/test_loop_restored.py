"""The loop on a database restored from a backup that was made while mail went out and somebody wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import Settings

from crm.backup.dumping import open_connection
from crm.backup.manifest import count_rows
from customers.models import Message
from tests.browser.loop import Cast, create_cast, play
from tests.browser.test_loop import PHONE
from tests.fixtures.browser import opened_page
from tests.fixtures.database import switch_database
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process, Site, running_beat, running_site, running_worker
from tests.fixtures.restored import writing
from tests.outreach.crowds import plan_for_crowd

CROWD = 1500  # seconds of sending, so that the backup begins among them


@dataclass(frozen=True)
class Installation:
    site: Site
    worker: Process


@pytest.fixture
def cast(committed_db: str) -> Cast:
    return create_cast()


@pytest.fixture
def restored(
    committed_db: str,
    empty_database: str,
    cast: Cast,
    smtp_sink: SmtpSink,
    tmp_path: Path,
    settings: Settings,
) -> Iterator[str]:
    """The name of the new database, which everybody uses until the test is over."""
    settings.MEDIA_ROOT = tmp_path / "files"
    archive = tmp_path / "night.backup"
    back_up_under_load(archive, committed_db, smtp_sink)
    switch_database(empty_database)
    try:
        call_command("restore", archive)
        with closing(open_connection()) as connection:
            assert count_rows(connection) == json.loads(ZipFile(archive).read("manifest.json"))["rows"]
        assert Message.objects.filter(state="sent").exists()
        assert Message.objects.exclude(state="sent").exists()
        yield empty_database
    finally:
        switch_database(committed_db)


def back_up_under_load(archive: Path, database: str, sink: SmtpSink) -> None:
    """Some of the crowd's mail is sent, some on its way, some not begun."""
    crowd = Message.objects.filter(account=plan_for_crowd(CROWD))
    with running_worker(email_url=sink.url) as worker, running_beat(TICK_SECONDS="1"), writing(database):
        worker.wait_until(crowd.filter(state="sent").exists)
        call_command("backup", archive)


@pytest.fixture
def installation(restored: str, smtp_sink: SmtpSink) -> Iterator[Installation]:
    with (
        running_site(email_url=smtp_sink.url) as site,
        running_worker(email_url=smtp_sink.url, SITE_URL=site.url) as worker,
        running_beat(TICK_SECONDS="1"),
    ):
        yield Installation(site, worker)


def test_the_loop_goes_on_where_the_backup_ended(
    chromium: Browser, installation: Installation, smtp_sink: SmtpSink, cast: Cast
) -> None:
    site = installation.site
    with opened_page(chromium, site) as staff, opened_page(chromium, site, viewport=PHONE) as customer:
        play(staff, customer, installation.worker, smtp_sink, cast)
    waiting = Message.objects.waiting().filter(due_at__lte=timezone.now())
    installation.worker.wait_until(lambda: not waiting.exists())
    assert not Message.objects.filter(state__in=["claimed", "sending"]).exists()
