"""A backup under load goes into an empty database, whole or not at all."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from crm.backup.programs import ProgramMissing, program_for
from customers.models import Account
from tests.factories import create_account, create_purchase
from tests.fixtures.database import switch_database
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_site
from tests.fixtures.restored import writing


@pytest.fixture
def storage(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    default_storage.save("imports/refused/7.csv", ContentFile("a,b\n"))
    return tmp_path


def count_events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_outboxevent")
        return int(cursor.fetchone()[0])


def test_a_backup_under_load_is_restored_row_by_row(
    committed_db: str, empty_database: str, storage: Path, settings, smtp_server: SmtpSink
) -> None:
    create_purchase(account=create_account(name="Riverside Unified"), quantity=3)
    archive = storage / "night.backup"
    with writing(committed_db):
        before = count_events()
        call_command("backup", archive)
    manifest = json.loads(ZipFile(archive).read("manifest.json"))
    assert before <= manifest["rows"]["core_outboxevent"] <= count_events()
    assert archive.stat().st_mode & 0o077 == 0

    settings.MEDIA_ROOT = storage / "elsewhere"
    switch_database(empty_database)
    try:
        call_command("restore", archive)
        assert Account.objects.get(name="Riverside Unified").summary.orders == 1
        assert count_events() == manifest["rows"]["core_outboxevent"]
        assert default_storage.open("imports/refused/7.csv").read() == b"a,b\n"
        create_account(name="Afterwards")  # numbers go on where they were
        with running_site(email_url=smtp_server.url) as site:
            answer = json.load(urllib.request.urlopen(f"{site.url}/readyz"))
        assert answer["checks"]["database"] == "ok"
    finally:
        switch_database(committed_db)


def test_a_database_with_tables_is_left_alone(committed_db: str, storage: Path) -> None:
    call_command("backup", storage / "one.backup")
    accounts = Account.objects.count()

    with pytest.raises(CommandError, match="not empty: it has"):
        call_command("restore", storage / "one.backup")

    assert Account.objects.count() == accounts


def test_an_existing_file_is_never_overwritten(committed_db: str, storage: Path) -> None:
    (storage / "last.backup").write_text("precious")

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", storage / "last.backup")

    assert (storage / "last.backup").read_text() == "precious"


def test_half_a_file_is_refused(committed_db: str, storage: Path) -> None:
    call_command("backup", storage / "whole.backup")
    half = storage / "half.backup"
    half.write_bytes((storage / "whole.backup").read_bytes()[:20_000])

    with pytest.raises(CommandError, match="not a backup"):
        call_command("restore", half)


def test_an_old_program_is_not_used_for_a_newer_server() -> None:
    with pytest.raises(ProgramMissing, match="pg_dump 99 or newer"):
        program_for("pg_dump", 99)
