"""`manage.py read_bounces`: read BOUNCE_MAILBOX now, as the schedule does every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from customers.outreach.feedback.mailbox import read_bounces


class Command(BaseCommand):
    help = "Read bounces and complaints from the mailbox that BOUNCE_MAILBOX names."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{read_bounces()} reports")
