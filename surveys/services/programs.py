"""Surveys themselves: their words, their pauses, and the rules of capture."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.models import Survey, SurveyRules

NEXT_STATES: dict[str, set[str]] = {
    Survey.State.RUNNING: {Survey.State.PAUSED, Survey.State.ENDED},
    Survey.State.PAUSED: {Survey.State.RUNNING, Survey.State.ENDED},
    Survey.State.ENDED: set(),
}


@transaction.atomic
def ensure_survey(*, slug: str, **fields: Any) -> Survey:
    """The survey of that name, made with these fields when it is not there yet; never changed."""
    return Survey.objects.get_or_create(slug=slug, defaults=fields)[0]


@transaction.atomic
def update_survey(*, survey: Survey, **fields: Any) -> Survey:
    """Change a survey's words and days. Raises ValidationError."""
    for name, value in fields.items():
        setattr(survey, name, value)
    survey.full_clean()
    survey.save()
    return survey


@transaction.atomic
def change_state(*, survey: Survey, state: str) -> Survey:
    """Pause, resume or end a survey. Raises ValidationError when it has ended or is so already."""
    survey = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    if state not in NEXT_STATES[survey.state]:
        raise ValidationError(_("This survey is %(state)s.") % {"state": survey.state_label})
    survey.state = state
    survey.save(update_fields=["state"])
    return survey


@transaction.atomic
def update_rules(*, rules: SurveyRules) -> SurveyRules:
    """Save the rules of capture; they apply from the next judgement on. Raises ValidationError."""
    rules.full_clean()
    rules.save()
    return rules
