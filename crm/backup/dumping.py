"""Make a backup while everybody goes on working."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import psycopg2
from django.core.files.storage import default_storage
from django.db import connection as django_connection
from django.utils import timezone
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection

from crm.backup.manifest import Manifest, applied_migrations, count_rows
from crm.backup.programs import command, environment

DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files/"


class BackupFailed(Exception):
    """The database could not be written out or read back; the words are those of Postgres' program."""


def open_connection() -> Connection:
    """A connection of our own to the site's database, whatever transaction the caller is in."""
    return psycopg2.connect(**django_connection.get_connection_params())


def make_backup(target: Path) -> Manifest:
    """Write the archive; a file of this name appears only when it is whole, and only its owner reads it.

    Raises FileExistsError, `BackupFailed`, or `ProgramMissing`.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already.")
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with (
            closing(open_connection()) as connection,
            os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b") as file,
            ZipFile(file, "w", ZIP_STORED) as archive,
        ):
            manifest = write_archive(archive, connection)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def write_archive(archive: ZipFile, connection: Connection) -> Manifest:
    """Dump and counts see one moment: pg_dump is given the snapshot of the transaction that counts."""
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        [(snapshot,)] = cursor.fetchall()
    dump(archive, connection, snapshot)
    manifest = Manifest(
        made_at=timezone.now().isoformat(),
        server=connection.info.server_version,
        migrations=applied_migrations(connection),
        rows=count_rows(connection),
        files=dict(copy_files(archive)),
    )
    archive.writestr(MANIFEST, json.dumps(manifest.to_dict(), indent=1), ZIP_DEFLATED)
    return manifest


def dump(archive: ZipFile, connection: Connection, snapshot: str) -> None:
    options = ["--format=custom", f"--snapshot={snapshot}", "--no-unlogged-table-data"]
    with (
        tempfile.TemporaryFile() as errors,
        archive.open(DUMP, "w", force_zip64=True) as entry,
        subprocess.Popen(
            command("pg_dump", connection, options),
            env=environment(connection),
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        assert process.stdout
        shutil.copyfileobj(process.stdout, entry, 1024 * 1024)
        if process.wait():
            errors.seek(0)
            raise BackupFailed(errors.read().decode(errors="replace").strip())


def copy_files(archive: ZipFile) -> Iterator[tuple[str, int]]:
    """Put every stored file into the archive, except one deleted meanwhile. Answers their sizes."""
    for name in stored_files(""):
        try:
            file = default_storage.open(name)
        except FileNotFoundError:
            continue
        with file, archive.open(FILES + name, "w", force_zip64=True) as entry:
            shutil.copyfileobj(file, entry, 1024 * 1024)
            yield name, file.size


def stored_files(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from sorted(f"{folder}{name}" for name in names)
    for below in sorted(folders):
        yield from stored_files(f"{folder}{below}/")
