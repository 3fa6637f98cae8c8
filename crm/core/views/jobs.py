"""Long work under one roof: what runs, how far it is, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm.core.access import StaffRequest, staff
from crm.core.jobs import cancel_job
from crm.core.models import Job, User
from crm.core.paging import capped_count, page_of
from crm.core.registry import JobKind, registry


@staff("jobs.read")
@never_cache
def job_list(request: StaffRequest) -> HttpResponse:
    """One's own jobs, newest first; admins see everybody's. Polled while any of those shown is at work."""
    jobs = Job.objects.visible_to(request.user)
    page = page_of(request, jobs.select_related("created_by"), order="-id")
    rows = [(job, kind_of(job)) for job in page]
    context = {
        "page": page,
        "rows": rows,
        "total": capped_count(jobs),
        "is_live": any(not job.is_finished for job in page),
    }
    return render(request, "core/jobs.html#rows" if request.htmx else "core/jobs.html", context)


@staff("jobs.read")
@never_cache
def job_page(request: StaffRequest, pk: int) -> HttpResponse:
    """How far a job is, and its report when it is done. Polled until then."""
    job = visible_job(request.user, pk)
    return render(request, "core/job.html#live" if request.htmx else "core/job.html", job_context(job))


@staff("jobs.read")
@require_POST
def job_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a job to stop."""
    job = visible_job(request.user, pk)
    stops = cancel_job(job=job)
    job.refresh_from_db()
    if request.htmx:
        return render(request, "core/job.html#live", job_context(job))
    messages.info(request, _("It stops after its current step.") if stops else _("It had finished already."))
    return redirect("job", pk=pk)


def visible_job(user: User, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(user).select_related("created_by"), pk=pk)


def kind_of(job: Job) -> JobKind | None:
    """The registered kind; None for jobs of a kind that a later version has dropped."""
    return registry.job_kinds.get(job.kind)


def job_context(job: Job) -> dict[str, Any]:
    kind = kind_of(job)
    return {
        "job": job,
        "kind": kind,
        "report": job.report,
        "report_template": kind.report_template if kind else "core/job_report.html",
    }
