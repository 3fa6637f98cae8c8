"""Staff pages: what is asked, what came of it, in whose words."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core.access import may, staff
from crm.core.models import User
from crm.core.paging import page_of
from crm.core.views.answers import errors_on, show_form
from customers.views.found import person
from surveys.figures import funnel, scores_of, survey_score
from surveys.forms import RulesForm, StateForm, SurveyForm
from surveys.models import Band, Response, Survey, SurveyRules
from surveys.scores import nps
from surveys.services.programs import change_state, update_rules, update_survey

ROWS = 25
NO_SCORE = nps(promoters=0, detractors=0, n=0)


@require_GET
@staff("programs.read")
def survey_list(request: HttpRequest) -> HttpResponse:
    """All surveys with their recent score."""
    page = page_of(request, Survey.objects.all(), order="name", size=ROWS)
    scores = scores_of(page.rows, person(request))
    rows = [(survey, scores.get(survey.pk, NO_SCORE)) for survey in page]
    return render(request, "surveys/list.html", {"page": page, "rows": rows})


@require_GET
@staff("programs.read")
def survey_page(request: HttpRequest, survey_id: int) -> HttpResponse:
    """One survey: settings, funnel, score, and the latest answers, of one band when asked."""
    survey, user = get_object_or_404(Survey, pk=survey_id), person(request)
    band = request.GET.get("band", "")
    answers = answers_of(survey, user, band)
    context = {
        "survey": survey,
        "page": page_of(request, answers, order="-counted_at", size=ROWS),
        "bands": [("", _("All")), *Band.choices],
        "band": band,
        "funnel": funnel(survey, user),
        "score": survey_score(survey, user),
        "may_run": may(user, "programs.run"),
    }
    return render(request, "surveys/survey.html", context)


def answers_of(survey: Survey, user: User, band: str) -> QuerySet[Response]:
    answers = Response.objects.visible_to(user).filter(survey=survey).counted().for_reading()
    return answers.in_band(Band(band)) if band in Band.values else answers


@staff("programs.run")
def survey_edit(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The words and days of a survey."""
    survey = get_object_or_404(Survey, pk=survey_id)
    form = SurveyForm(request.POST or None, instance=survey)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_survey(survey=survey, **form.cleaned_data)
            messages.success(request, _("Saved. Mails that go out from now on use these words."))
            return redirect(survey)
    return show_form(request, "surveys/edit.html", form, survey=survey)


@require_POST
@staff("programs.run")
def survey_state(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Pause, resume or end a survey."""
    survey = get_object_or_404(Survey, pk=survey_id)
    form = StateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A survey can be running, paused or ended."))
        return redirect(survey)
    try:
        survey = change_state(survey=survey, state=form.cleaned_data["state"])
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The survey is %(state)s now.") % {"state": survey.state_label})
    return redirect(survey)


@staff("settings.write")
def rules(request: HttpRequest) -> HttpResponse:
    """When answers count, and what looks like a machine."""
    form = RulesForm(request.POST or None, instance=SurveyRules.load())
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_rules(rules=form.instance)
            messages.success(request, _("Saved."))
            return redirect("surveys:rules")
    return show_form(request, "surveys/rules.html", form)
