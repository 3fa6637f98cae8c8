"""What the points program compares."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.comparing import Check
from loyalty.models import Discrepancy


def open_discrepancies() -> int:
    """What the nightly reconciliation of the ledger has found and nothing has cleared since."""
    return Discrepancy.objects.open().count()


CHECKS = [
    Check(
        name="points",
        label=_("Points of members with their ledger"),
        count=open_discrepancies,
        url_name="loyalty:overview",
    )
]
