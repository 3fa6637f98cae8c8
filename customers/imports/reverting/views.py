"""The page on which an import is taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from crm.core.access import StaffRequest, staff
from crm.core.models import Job
from customers.imports.jobs import KIND
from customers.imports.reverting.jobs import CannotTakeBack, check, start_taking_back
from customers.imports.reverting.telling import written_by


@staff("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """What the import wrote and what taking it back means; a look at it, or the deed."""
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind=KIND), pk=pk)
    if request.method == "POST":
        try:
            taking = start_taking_back(job=job, by=request.user, trial="look" in request.POST)
            return redirect("job", pk=taking.pk)
        except CannotTakeBack as refusal:
            messages.error(request, refusal.message)
            return redirect("imports:take_back", pk=pk)
    context = {"job": job, "written": written_by(job), "refusal": why_not(job)}
    return render(request, "imports/take_back.html", context)


def why_not(job: Job) -> str:
    """Why the import cannot be taken back; empty when it can."""
    try:
        check(job)
    except CannotTakeBack as refusal:
        return str(refusal.message)
    return ""
