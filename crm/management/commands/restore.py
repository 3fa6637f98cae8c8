from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.backup.dumping import BackupFailed
from crm.backup.programs import ProgramMissing
from crm.backup.restoring import RestoreDiffers, RestoreRefused, restore_backup


class Command(BaseCommand):
    """Fills an empty database from an archive of `backup`, and checks that all rows are there."""

    help = "Fill an empty database and the storage from an archive of `backup`."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = restore_backup(file)
        except (RestoreRefused, RestoreDiffers, BackupFailed, ProgramMissing, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, as of {manifest.made_at};"
            f" {len(manifest.files)} files. Now run: manage.py migrate"
        )
