"""Shapes of what customers and staff send."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey, SurveyRules

SCORES = [(score, str(score)) for score in range(11)]
SCORE_IN_LINK = re.compile(r"10|[0-9]")
LONGEST_COMMENT = 5000


def score_in_link(value: str | None) -> int | None:
    """The score of a link as it was clicked; None for anything that is not 0 to 10."""
    return int(value) if value and SCORE_IN_LINK.fullmatch(value) else None


class ScoreForm(forms.Form):
    """A score alone."""

    score = forms.TypedChoiceField(
        choices=SCORES,
        coerce=int,
        error_messages={
            "required": _("Please choose a number from 0 to 10."),
            "invalid_choice": _("Please choose a number from 0 to 10."),
        },
    )


class AnswerForm(ScoreForm):
    """What a customer sends: a score and, if they like, why."""

    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"max_length": _("Please keep it under %(limit_value)d characters.")},
    )


class SurveyForm(forms.ModelForm):
    class Meta:
        model = Survey
        fields = (
            "name",
            "question",
            "low",
            "high",
            "ask_detractors",
            "ask_passives",
            "ask_promoters",
            "thank_detractors",
            "thank_passives",
            "thank_promoters",
            "delay_days",
            "expires_days",
            "one_per_days",
        )


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Survey.State.choices)


class RulesForm(forms.ModelForm):
    class Meta:
        model = SurveyRules
        fields = (
            "hold_seconds",
            "fast_click_seconds",
            "two_scores_seconds",
            "provisional_hours",
            "edit_days",
        )
