"""Tables of the surveys app."""

from surveys.models.invitations import Invitation
from surveys.models.responses import Response, ResponseRevision, ResponseWords, ScoreClick
from surveys.models.surveys import Band, Survey, SurveyRules, band_of

__all__ = [
    "Band",
    "Invitation",
    "Response",
    "ResponseRevision",
    "ResponseWords",
    "ScoreClick",
    "Survey",
    "SurveyRules",
    "band_of",
]
