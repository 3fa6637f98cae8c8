"""Addresses of surveys: staff pages, and customers' pages behind a token."""

from __future__ import annotations

from django.urls import path

from surveys.views import capture, programs

app_name = "surveys"
urlpatterns = [
    path("surveys/", programs.survey_list, name="list"),
    path("surveys/<int:survey_id>/", programs.survey_page, name="survey"),
    path("surveys/<int:survey_id>/edit/", programs.survey_edit, name="edit"),
    path("surveys/<int:survey_id>/state/", programs.survey_state, name="state"),
    path("settings/surveys/", programs.rules, name="rules"),
    path("s/<str:token>/", capture.capture, name="capture"),
    path("s/<str:token>/touch/", capture.touch, name="touch"),
    path("s/<str:token>/details/", capture.hidden, name="hidden"),
    path("s/<str:token>/thanks/", capture.thanks, name="thanks"),
]
