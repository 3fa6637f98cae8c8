"""Put a backup into an empty database."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from django.core.files import File
from django.core.files.storage import default_storage
from psycopg2.extensions import connection as Connection

from crm.backup.dumping import DUMP, FILES, MANIFEST, BackupFailed, open_connection
from crm.backup.manifest import FORMAT, Manifest, count_rows, known_migrations, tables
from crm.backup.programs import command, environment


class RestoreRefused(Exception):
    """Nothing was touched; the words say what is in the way."""


class RestoreDiffers(Exception):
    """All was put back, but the tables don't hold what the manifest says; the words say which."""


def restore_backup(source: Path) -> Manifest:
    """Fill an empty database and the storage from an archive, and compare the rows with its manifest.

    The database is filled in one transaction: it is whole afterwards, or empty as before.
    """
    try:
        archive = ZipFile(source)
        manifest = read_manifest(archive)
    except (BadZipFile, KeyError, TypeError, ValueError) as error:
        raise RestoreRefused(f"{source} is not a backup of this project, or not whole.") from error
    with archive, closing(open_connection()) as connection:
        refuse_unfit(manifest, connection)
        fill_database(archive, connection)
        fill_storage(archive, manifest)
        compare(manifest, connection)
    return manifest


def read_manifest(archive: ZipFile) -> Manifest:
    archive.getinfo(DUMP)
    manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    if manifest.format != FORMAT:
        raise ValueError(f"format {manifest.format}")
    return manifest


def refuse_unfit(manifest: Manifest, connection: Connection) -> None:
    """Raise RestoreRefused where something would be overwritten or not understood."""
    connection.autocommit = True
    if there := tables(connection):
        raise RestoreRefused(
            f"The database is not empty: it has {len(there)} tables. Restore into a new, empty database."
        )
    if unknown := sorted(set(manifest.migrations) - known_migrations()):
        raise RestoreRefused(f"The backup is of another version of this project, with {unknown[-1]}.")
    for name in manifest.files:
        if default_storage.exists(name):
            raise RestoreRefused(f"There is a stored file {name} already. Restore into an empty folder.")


def fill_database(archive: ZipFile, connection: Connection) -> None:
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"]
    with (
        tempfile.TemporaryFile() as errors,
        archive.open(DUMP) as entry,
        subprocess.Popen(
            command("pg_restore", connection, options),
            env=environment(connection),
            stdin=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        assert process.stdin
        try:
            shutil.copyfileobj(entry, process.stdin, 1024 * 1024)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has given up; why, it says below
        if process.wait():
            errors.seek(0)
            raise BackupFailed(errors.read().decode(errors="replace").strip())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fill_storage(archive: ZipFile, manifest: Manifest) -> None:
    for name in manifest.files:
        with archive.open(FILES + name) as entry:
            default_storage.save(name, File(entry))


def compare(manifest: Manifest, connection: Connection) -> None:
    found = count_rows(connection)
    wrong = [
        f"{name}: {found.get(name)} instead of {rows}"
        for name, rows in manifest.rows.items()
        if found.get(name) != rows
    ]
    if wrong:
        raise RestoreDiffers("Rows differ. " + ", ".join(wrong))
