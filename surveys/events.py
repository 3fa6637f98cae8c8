"""What surveys announce. Ids and primitives only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event

__all__ = ["SurveyAnswered"]


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """A sent answer began to count, or changed its band ("promoter", "passive" or "detractor")."""

    name: ClassVar[str] = "surveys.survey_answered"
    response_id: int
    invitation_id: int
    survey_id: int
    account_id: int
    contact_id: int
    purchase_id: int | None
    score: int
    band: str
