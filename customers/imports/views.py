"""Pages of an import: choose a file, say what stands where, fetch what was refused."""

from __future__ import annotations

from typing import IO, Any

from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.access import StaffRequest, staff
from crm.core.downloads import record_download
from crm.core.models import Download, Job, User
from customers.imports.files import ABANDONED, keep_upload
from customers.imports.forms import GUESS, LayoutForm, MapForm, UploadForm, initial_layout
from customers.imports.guessing import Sight, guess_layout, look
from customers.imports.jobs import KIND, start_import
from customers.imports.mapping import ImportMap, builtin_maps
from customers.imports.reading import FileRefused

SALT = "customers.imports.upload"


@staff("imports.run")
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; one of a known make starts at once, others are looked at first."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "imports/upload.html", {"form": form}, status=status)
    data = form.cleaned_data
    stored, name = keep_upload(data["file"]), data["file"].name
    if data["layout"] == GUESS:
        return redirect("imports:columns", token=token_of(request.user, stored, name, data))
    return begin(request, stored, name, builtin_maps()[data["layout"]], data)


@staff("imports.run")
def columns(request: StaffRequest, token: str) -> HttpResponse:
    """Say which column holds what, with the first rows in sight."""
    stored, name, asked = upload_of(request, token)
    with open_upload(stored) as file:
        layout_form = LayoutForm(
            request.GET if "delimiter" in request.GET else initial_layout(guess_layout(file))
        )
        sight = see(file, layout_form)
    form = MapForm(sight, asked, request.POST or None) if sight else None
    if form and request.method == "POST" and form.is_valid():
        return begin(request, stored, name, form.cleaned_data["map"], form.cleaned_data)
    context = {"form": form, "layout_form": layout_form, "sight": sight, "name": name, "token": token}
    status = 422 if request.method == "POST" else 200
    return render(request, "imports/columns.html", context, status=status)


def see(file: IO[bytes], form: LayoutForm) -> Sight | None:
    """The beginning of the file as the layout cuts it, None with an error in the form when it cannot be."""
    if not form.is_valid():
        return None
    try:
        return look(file, form.layout())
    except FileRefused as refusal:
        form.add_error(None, str(refusal))
        return None


def begin(
    request: StaffRequest, stored: str, name: str, found: ImportMap, data: dict[str, Any]
) -> HttpResponse:
    job = start_import(
        stored=stored,
        title=_("Import of %(file)s") % {"file": name},
        found=found,
        by=request.user,
        treat_as_new_since=data["treat_as_new_since"],
        owner=data["owner"],
    )
    return redirect("job", pk=job.pk)


def token_of(user: User, stored: str, name: str, data: dict[str, Any]) -> str:
    """What the first page has learned, for the second one's address; nobody else can use it."""
    since, owner = data["treat_as_new_since"], data["owner"]
    asked = {"treat_as_new_since": since and since.isoformat(), "owner": owner and owner.pk}
    return signing.dumps([stored, name, asked, user.pk], salt=SALT)


def upload_of(request: StaffRequest, token: str) -> tuple[str, str, dict[str, Any]]:
    """The stored file behind a link of this person, its name and answers; 404 for others' and old ones."""
    try:
        stored, name, asked, user_id = signing.loads(token, salt=SALT, max_age=ABANDONED)
    except signing.BadSignature as error:
        raise Http404 from error
    if user_id != request.user.pk:
        raise Http404
    return stored, name, asked


def open_upload(stored: str) -> Any:
    try:
        return default_storage.open(stored)
    except OSError as error:
        raise Http404 from error


@staff("imports.run")
@require_GET
def refused(request: StaffRequest, pk: int) -> FileResponse:
    """The refused rows of an import as CSV."""
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind=KIND), pk=pk)
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
