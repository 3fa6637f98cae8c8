"""`manage.py demo_signins`: who can sign in to the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from crm.core.models import User
from crm.demo.staff import PASSWORD, SIGN_INS, address


class Command(BaseCommand):
    help = "Print one sign-in of the demo company per role."

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.filter(email__in=[address(name) for name in SIGN_INS]).order_by("pk")
        rows = [(person.role_label, person.name, person.email, PASSWORD) for person in people]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.stdout.write(
                "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
            )
