"""`manage.py run_sender`: send what is due without Celery, beside it or while the broker is away."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from customers.outreach.sending import drain


class Command(BaseCommand):
    help = "Send due messages until told to stop (SIGTERM or Ctrl+C ends it after the current window)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=2.0, help="Seconds to wait when nothing is due.")
        parser.add_argument("--once", action="store_true", help="End as soon as nothing is due.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            handled = self.drain(stop)
            if handled:
                self.stdout.write(f"{handled} messages")
            elif options["once"]:
                break
            else:
                stop.wait(options["pause"])

    def drain(self, stop: threading.Event) -> int:
        """A database that is away or has ended our session is no reason to end: the leases take care."""
        try:
            return drain(stopping=stop.is_set)
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"The database: {error}")
            return 0
