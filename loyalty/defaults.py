"""What every installation starts with: one points program, and the mail that asks for a referral."""

from __future__ import annotations

from customers.outreach.services import ensure_content, shipped_mail
from loyalty.asking import CONTENT
from loyalty.models import Program


def install() -> None:
    """Make the program and the content. Safe to repeat; what was changed by hand stays."""
    Program.objects.get_or_create(slug=Program.MAIN, defaults={"name": "Customer points"})
    ensure_content(
        slug=CONTENT,
        name="Referral ask",
        subject="Who else should hear from us?",
        body=shipped_mail("loyalty/referral_ask"),
    )
