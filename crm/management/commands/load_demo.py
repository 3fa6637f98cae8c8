"""`manage.py load_demo`: fill an empty database with a company to look at."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.demo.loading import NotEmpty, load


class Command(BaseCommand):
    help = "Load the demo company into an empty database; does nothing where it is loaded already."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load()
        except NotEmpty as error:
            raise CommandError("There are customers already: the demo needs an empty database.") from error
        self.stdout.write("The demo company is loaded." if loaded else "The demo company is there already.")
