"""For admins: what was cleared away, what did not add up, and how long things are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.core.access import staff
from crm.core.models import Comparison, HousekeepingRun, Retention
from crm.core.paging import page_of
from crm.core.registry import registry

DAYS = (
    "events",
    "jobs",
    "export_files",
    "refused_files",
    "api_answers",
    "clicks",
    "mail_reports",
    "webhooks",
    "ticks",
)


class RetentionForm(ModelForm[Retention]):
    class Meta:
        model = Retention
        fields = DAYS


@staff("operations.read")
@require_safe
def housekeeping(request: HttpRequest) -> HttpResponse:
    """The last comparisons, the alarm when one differs, and the rounds with what they cleared away."""
    found = {one.name: one for one in Comparison.objects.all()}
    page = page_of(request, HousekeepingRun.objects.all(), order="-id")
    context = {
        "checks": [(check, found.get(name)) for name, check in registry.checks.items()],
        "page": page,
        "runs": [(run, told(run)) for run in page],
    }
    return render(request, "core/housekeeping.html", context)


def told(run: HousekeepingRun) -> list[tuple[Any, int | None]]:
    """(what, how many) of a round; chores that found nothing are left out."""
    chores = registry.chores
    names = [name for name in chores if name in run.deleted]
    names += [name for name in run.deleted if name not in chores]
    return [
        (chores[name].label if name in chores else name, run.deleted[name])
        for name in names
        if run.deleted[name] != 0
    ]


@staff("settings.write")
def retention(request: HttpRequest) -> HttpResponse:
    """How long passing things are kept."""
    form = RetentionForm(request.POST or None, instance=Retention.load())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings_retention")
    context = {"form": form, "title": _("How long things are kept"), "back": "settings"}
    return render(request, "core/settings/form.html", context)
