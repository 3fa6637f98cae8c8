"""manage.py import_purchases FILE --map MAP: purchases by file, here and now."""

from __future__ import annotations

import datetime as dt
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.core.jobs import run_slice
from crm.core.models import Job, User
from customers.imports.files import keep_upload
from customers.imports.jobs import start_import
from customers.imports.mapping import PURCHASES, BadMap, builtin_maps_for, load_map
from customers.imports.purchases.importer import options_of

WAIT = 0.2


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a date like 2026-12-31") from error


class Command(BaseCommand):
    help = "Import purchases from a CSV file (plain or gzipped). The same file a second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", required=True, help=f"a JSON file, or one of: {', '.join(builtin_maps_for(PURCHASES))}"
        )
        parser.add_argument(
            "--treat-as-new-since",
            type=day,
            metavar="DATE",
            help="purchases from this day on raise points, surveys and mails; earlier ones are history",
        )
        parser.add_argument("--owner", metavar="MAIL", help="who looks after customers that are new")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = find_user(options["owner"]) if options["owner"] else None
        try:
            found = load_map(options["map"])
            with options["file"].open("rb") as file:
                stored = keep_upload(file)
        except (BadMap, OSError) as error:
            raise CommandError(str(error)) from error
        job = start_import(
            stored=stored,
            name=options["file"].name,
            found=found,
            by=None,
            options=options_of(treat_as_new_since=options["treat_as_new_since"], owner=owner),
        )
        self.report(self.finish(job))

    def finish(self, job: Job) -> Job:
        """Work the job off; a worker that takes a slice is welcome."""
        said = ""
        while not job.is_finished:
            run_slice(job.pk)
            job.refresh_from_db()
            if job.note != said:
                said = job.note
                self.stdout.write(said)
            elif not job.is_finished:
                time.sleep(WAIT)
        return job

    def report(self, job: Job) -> None:
        if job.state != Job.State.DONE:
            raise CommandError(job.error or job.state_label)
        found = job.report
        self.stdout.write(
            f"{found['read']:,} lines read, {found['kept']:,} kept, {found['refused']:,} refused"
        )
        for reason in found["reasons"]:
            self.stdout.write(f"  {reason['rows']:,} × {_(reason['reason'])}")
        for part in found["parts"]:
            self.stdout.write(f"{_(part['label'])}: {part['added']:,} added, {part['changed']:,} changed")
        if not found["changed"]:
            self.stdout.write(_("Nothing changed: everything in this file was here already."))
        for figure in found["figures"]:
            self.stdout.write(f"{_(figure['label'])}: {figure['value']}")


def find_user(mail: str) -> User:
    user = User.objects.filter(email__iexact=mail, is_active=True).first()
    if user is None:
        raise CommandError(f"Nobody signs in as {mail}.")
    return user
