"""Lists as files: start one, watch it, fetch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.downloads import record_download
from crm.core.exports.formats import FORMATS
from crm.core.exports.forms import EVERYTHING, ExportForm
from crm.core.exports.jobs import KIND, start_export
from crm.core.exports.lists import Export
from crm.core.models import Download, Job, User
from crm.core.paging import page_of
from crm.core.registry import registry


@staff("exports.run")
@never_cache
@require_safe
def export_page(request: StaffRequest) -> HttpResponse:
    """What can be taken out, narrowed as the list the person comes from, and the files that were."""
    query = request.GET.copy()
    wanted = query.pop("list", [""])[-1]
    form = ExportForm(user=request.user, initial={"what": wanted, "filters": query.urlencode()})
    jobs = Job.objects.visible_to(request.user).filter(kind=KIND).select_related("created_by")
    context = {
        "form": form,
        "chosen": form.open.get(wanted),
        "filters": words_for(form.open.get(wanted), request.user, query.dict()),
        "page": page_of(request, jobs, order="-id"),
    }
    return render(request, "core/exports.html", context)


def words_for(export: Export | None, user: User, filters: Mapping[str, Any]) -> dict[str, str]:
    return dict(export.in_words(user, filters)) if export else {}


@staff("exports.run")
@require_POST
def export_start(request: StaffRequest) -> HttpResponse:
    form = ExportForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose a list and a kind of file."))
        return redirect("exports")
    started = [
        start_export(
            export=export,
            file_format=form.cleaned_data["file_format"],
            filters={} if form.cleaned_data["what"] == EVERYTHING else form.cleaned_data["filters"],
            by=request.user,
        )
        for export in form.chosen
    ]
    return redirect("job", started[0].pk) if len(started) == 1 else redirect("exports")


@staff("exports.run")
@never_cache
@require_safe
def export_file(request: StaffRequest, pk: int) -> FileResponse:
    """Hand the file to who asked for it, or to an admin, and write that down."""
    mine = Job.objects.visible_to(request.user).filter(kind=KIND, state=Job.State.DONE)
    job = get_object_or_404(mine, pk=pk)
    try:
        file = default_storage.open(job.report["file"])
    except FileNotFoundError as gone:
        raise Http404(_("This file is not kept any more.")) from gone
    export = registry.exports.get(job.params["export"])
    record_download(
        user=request.user,
        kind=Download.Kind.EXPORT,
        rows=job.report["rows"],
        subject=job.pk,
        filters={_("List"): job.title, **words_for(export, request.user, job.params["filters"])},
    )
    found = FORMATS[job.params["format"]]
    name = f"{job.params['export'].replace('.', '-')}-{job.created_at:%Y-%m-%d}.{found.suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=found.media_type)
