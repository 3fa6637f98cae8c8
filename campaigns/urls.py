"""/campaigns/"""

from __future__ import annotations

from django.urls import path

from campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("", views.sequences, name="sequences"),
    path("runs/<int:pk>/take-out/", views.take_out, name="take_out"),
    path("<slug:slug>/", views.sequence, name="sequence"),
    path("<slug:slug>/pause/", views.pause, name="pause"),
    path("<slug:slug>/start/", views.start, name="start"),
    path("<slug:slug>/retry/", views.retry, name="retry"),
]
