"""Scheduled imports: a list, a form, look now, switch, the bin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.paging import page_of
from crm.core.views.answers import errors_on, sent, show_form
from customers.imports.mapping import PURCHASES
from customers.imports.scheduled.forms import ScheduleForm
from customers.imports.scheduled.services import (
    add_schedule,
    change_schedule,
    delete_schedule,
    run_now,
    switch_schedule,
)
from customers.imports.views import importer_of
from customers.models import ImportSchedule, NamedMap

FORM = "imports/schedule.html"
SHOWN = 20


@staff("imports.run")
@require_safe
def schedules(request: StaffRequest) -> HttpResponse:
    """Every scheduled import with what its last look came to."""
    found = ImportSchedule.objects.select_related("kept_map", "last_job", "made_by")
    page = page_of(request, found, order="name")
    maps = NamedMap.objects.order_by("name", "pk")[:SHOWN]
    return render(request, "imports/schedules.html", {"page": page, "maps": maps})


@staff("imports.run")
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """A schedule for files of a saved map."""
    kept = get_object_or_404(NamedMap, pk=pk)
    form = ScheduleForm(importer_of(request.user, kept.importer), sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            add_schedule(kept_map=kept, made_by=request.user, **form.answers())
            messages.success(request, _("New files are looked for from now on."))
            return redirect("imports:schedules")
    return show_form(request, FORM, form, kept=kept)


@staff("imports.run")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(ImportSchedule.objects.select_related("kept_map"), pk=pk)
    importer = schedule.kept_map.importer if schedule.kept_map else PURCHASES
    form = ScheduleForm(importer_of(request.user, importer), sent(request), instance=schedule)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            change_schedule(schedule=schedule, by=request.user, **form.answers())
            messages.success(request, _("Saved."))
            return redirect("imports:schedules")
    taken = schedule.taken_files.select_related("job").order_by("-pk")[:SHOWN]
    return show_form(request, FORM, form, kept=schedule.kept_map, schedule=schedule, taken=taken)


@staff("imports.run")
@require_POST
def look_now(request: StaffRequest, pk: int) -> HttpResponse:
    run_now(schedule=get_object_or_404(ImportSchedule, pk=pk, is_active=True))
    messages.success(request, _("We are looking for new files."))
    return redirect("imports:schedules")


@staff("imports.run")
@require_POST
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """On or off, whatever the button said."""
    schedule = get_object_or_404(ImportSchedule, pk=pk)
    switch_schedule(schedule=schedule, on=request.POST.get("to") == "on")
    messages.success(request, _("Saved."))
    return redirect("imports:schedule", pk)


@staff("imports.run")
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(ImportSchedule, pk=pk)
    delete_schedule(schedule=schedule)
    messages.success(request, _("%(name)s is gone.") % {"name": schedule.name})
    return redirect("imports:schedules")
