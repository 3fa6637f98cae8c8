"""When an answer looks like a machine's, as conditions on the evidence.

Mail scanners follow every link, at once and again later; people follow one and look at the page. A score that
was only clicked is suspect on any sign at any time. What a person sent is suspect only when the signs appear
while it is held: scanners may well have been there before.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from surveys.models import Response, ScoreClick, SurveyRules

HIDDEN = Q(link=ScoreClick.Link.HIDDEN)
SCORE = Q(link=ScoreClick.Link.SCORE)
NEVER = Q(pk__in=[])
NO_SCORE = -1


def is_suspect(rules: SurveyRules) -> Q:
    """Responses that must not count."""
    sent = Q(state=Response.State.CONFIRMED) & suspect_send(rules)
    clicked = Q(state=Response.State.PROVISIONAL) & suspect_click(rules)
    return sent | clicked


def suspect_send(rules: SurveyRules) -> Q:
    """Sent before anybody could have read the mail, or a machine was at the links during the hold."""
    meanwhile = ScoreClick.objects.filter(
        invitation=OuterRef("invitation"), at__gt=OuterRef("sent_at"), at__lte=OuterRef("counts_at")
    )
    second_score = SCORE & ~Q(score__in=[OuterRef("score"), came_by()])
    return Q(Exists(meanwhile.filter(HIDDEN | second_score))) | too_soon("sent_at", rules.fast_click)


def came_by() -> Coalesce:
    """The score of the link by which somebody came to what they sent: going back to it is no second link."""
    before = ScoreClick.objects.filter(
        SCORE, invitation=OuterRef("invitation"), at__lte=OuterRef(OuterRef("sent_at"))
    )
    return Coalesce(Subquery(before.order_by("-at", "-id").values("score")[:1]), Value(NO_SCORE))


def suspect_click(rules: SurveyRules) -> Q:
    """The hidden link was followed, two scores came too close together, or a click too soon after sending."""
    clicks = ScoreClick.objects.filter(invitation=OuterRef("invitation"), at__lte=OuterRef("counts_at"))
    early = clicks.filter(SCORE, at__lt=F("invitation__sent_at") + rules.fast_click)
    pair = clicks.filter(SCORE, Exists(other_score_within(rules.two_scores)))
    signs = Q(Exists(clicks.filter(HIDDEN))) | too_soon("first_at", rules.fast_click)
    if rules.fast_click_seconds:
        signs |= Q(Exists(early))
    if rules.two_scores_seconds:
        signs |= Q(Exists(pair))
    return signs


def other_score_within(span: dt.timedelta) -> QuerySet[ScoreClick]:
    return ScoreClick.objects.filter(
        SCORE, invitation=OuterRef("invitation"), at__gte=OuterRef("at"), at__lte=OuterRef("at") + span
    ).exclude(score=OuterRef("score"))


def too_soon(column: str, limit: dt.timedelta) -> Q:
    """Within `limit` of sending; never when there is no limit."""
    return Q(**{f"{column}__lt": F("invitation__sent_at") + limit}) if limit else NEVER
