"""The steps of an import: which file of what, what stands where, start it, fetch what was refused."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.core.access import StaffRequest, may, staff
from crm.core.downloads import record_download
from crm.core.importers import Importer
from crm.core.models import Download, Job, User
from crm.core.registry import registry
from customers.imports.files import CHECK, keep_upload
from customers.imports.forms import LayoutForm, MapForm, UploadForm, initial_layout
from customers.imports.guessing import Layout, Sight, guess_layout, look
from customers.imports.jobs import KIND, import_checked, start_check
from customers.imports.mapping import ImportMap
from customers.imports.named import maps_that_fit, save_map
from customers.imports.reading import FileRefused
from customers.imports.tables import sheets_of
from customers.imports.uploads import Upload, chosen_map

KINDS = (KIND, CHECK)
LATEST = 8


@staff("imports.run")
@require_safe
def choose(request: StaffRequest) -> HttpResponse:
    """What is to be imported? And what was, of late."""
    offered = sorted(registry.importers.values(), key=lambda importer: importer.order)
    importers = [importer for importer in offered if may(request.user, importer.permission)]
    latest = Job.objects.visible_to(request.user).filter(kind=KIND).order_by("-pk")[:LATEST]
    return render(request, "imports/choose.html", {"importers": importers, "latest": latest})


@staff("imports.run")
def upload(request: StaffRequest, importer: str) -> HttpResponse:
    """Choose a file."""
    chosen = importer_of(request.user, importer)
    form = UploadForm(chosen, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = Upload(keep_upload(file), file.name, chosen.name, request.user.pk)
        return redirect(kept.address(form.cleaned_data["layout"]))
    status = 422 if request.method == "POST" else 200
    return render(request, "imports/upload.html", {"form": form, "importer": chosen}, status=status)


@staff("imports.run")
def columns(request: StaffRequest, token: str) -> HttpResponse:
    """Say which column holds what, with the first rows in sight; then the file is checked."""
    kept = Upload.behind(token, request.user)
    importer = importer_of(request.user, kept.importer)
    base = chosen_map(importer, request.GET.get("map", ""), request.user)
    layout_form, sight = look_at(request, kept, base)
    form = MapForm(importer, sight, base, request.POST or None) if sight else None
    if form and request.method == "POST" and form.is_valid():
        return begin(request, kept, form)
    fitting = maps_that_fit(importer.name, sight.header) if sight else []
    context: dict[str, Any] = {"form": form, "layout_form": layout_form, "sight": sight}
    context |= {"importer": importer, "name": kept.name, "fitting": fitting}
    context["map"] = request.GET.get("map", "")
    status = 422 if request.method == "POST" else 200
    return render(request, "imports/columns.html", context, status=status)


def importer_of(user: User, name: str) -> Importer:
    if name not in registry.importers:
        raise Http404
    if not may(user, registry.importers[name].permission):
        raise PermissionDenied
    return registry.importers[name]


def look_at(request: StaffRequest, kept: Upload, base: ImportMap | None) -> tuple[LayoutForm, Sight | None]:
    """The beginning of the file as the layout cuts it; None, with an error in the form, when it cannot be."""
    with kept.open() as file:
        layout = Layout.of(base) if base else guess_layout(file)
        form = LayoutForm(
            request.GET if "header" in request.GET else initial_layout(layout), sheets=sheets_of(file)
        )
        if not form.is_valid():
            return form, None
        try:
            return form, look(file, form.layout())
        except FileRefused as refusal:
            form.add_error(None, str(refusal))
            return form, None


def begin(request: StaffRequest, kept: Upload, form: MapForm) -> HttpResponse:
    found: ImportMap = form.cleaned_data["map"]
    if form.cleaned_data["save_as"]:
        save_map(name=form.cleaned_data["save_as"], found=found, by=request.user)
    job = start_check(
        stored=kept.stored, name=kept.name, found=found, by=request.user, options=form.answers()
    )
    return redirect("job", pk=job.pk)


@staff("imports.run")
@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """Import what was checked."""
    check = checked(request.user, pk)
    importer_of(request.user, check.params["map"]["importer"])
    return redirect("job", pk=import_checked(check=check, by=request.user).pk)


@staff("imports.run")
@require_safe
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Back to the columns of a file that was checked."""
    check = checked(request.user, pk)
    params: dict[str, Any] = check.params
    if not default_storage.exists(params["file"]):
        messages.info(request, _("The file is not there any more. Upload it again."))
        return redirect("imports:upload", importer=params["map"]["importer"])
    kept = Upload(params["file"], params["name"], params["map"]["importer"], request.user.pk)
    return redirect(kept.address(f"check:{check.pk}"))


def checked(user: User, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(user).filter(kind=CHECK, state=Job.State.DONE), pk=pk)


@staff("imports.run")
@require_GET
def refused(request: StaffRequest, pk: int) -> FileResponse:
    """The refused rows of an import as CSV."""
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind__in=KINDS), pk=pk)
    name = job.report.get("refused_file", "")
    if not name or not default_storage.exists(name):
        raise Http404
    count = job.report["refused"]
    record_download(user=request.user, kind=Download.Kind.REFUSED, rows=count, subject=job.pk)
    return FileResponse(
        default_storage.open(name),
        as_attachment=True,
        filename=_("refused-rows-%(number)d.csv") % {"number": job.pk},
        content_type="text/csv; charset=utf-8",
    )
