from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.backup.dumping import BackupFailed, make_backup
from crm.backup.programs import ProgramMissing


class Command(BaseCommand):
    """Writes the database and the stored files into one archive, while the site works."""

    help = "Write the database and the stored files into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = make_backup(file)
        except (BackupFailed, ProgramMissing, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables,"
            f" {len(manifest.files)} files, {file.stat().st_size / 1e6:.1f} MB"
        )
