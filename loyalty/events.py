"""What loyalty announces. Ids and primitives only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event

__all__ = ["ReferralMade"]


@dataclass(frozen=True, kw_only=True)
class ReferralMade(Event):
    """A contact named somebody we did not know yet."""

    name: ClassVar[str] = "loyalty.referral_made"
    referral_id: int
    account_id: int
    contact_id: int
