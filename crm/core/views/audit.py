"""For admins: who changed what, and who took customers' data out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.core.access import staff
from crm.core.audit import audited_models, changes, differences
from crm.core.models import Download, User
from crm.core.paging import page_of


@staff("audit.read")
@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    """Every change of one kind of row, newest first, with who made it and what became of what."""
    models = audited_models()
    kinds = kinds_of_rows(models)
    chosen = request.GET.get("model") or kinds[0][0]
    if chosen not in models:
        raise Http404
    number = request.GET.get("id", "")
    rows = changes(models[chosen], int(number) if number.isdecimal() and len(number) < 19 else None)
    page = page_of(request, rows, order="-pk")
    context = {
        "kinds": kinds,
        "chosen": chosen,
        "number": number,
        "page": page,
        "entries": entries(page.rows),
    }
    return render(request, "core/audit.html", context)


@staff("audit.read")
@require_safe
def downloaded(request: HttpRequest) -> HttpResponse:
    """Every file with customers' data that somebody took out, newest first."""
    page = page_of(request, Download.objects.select_related("user"), order="-id")
    return render(request, "core/downloads.html", {"page": page})


def kinds_of_rows(models: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, what people call such a row) for a list to choose from, in the order of the words."""
    words = {name: capfirst(table.pgh_tracked_model._meta.verbose_name) for name, table in models.items()}
    return sorted(words.items(), key=lambda kind: kind[1].casefold())


def entries(rows: list[Any]) -> list[tuple[Any, str, dict[str, Any]]]:
    """(row, who, what changed) for a page of audit rows."""
    ids = {row.pgh_context.metadata.get("user") for row in rows if row.pgh_context}
    names = dict(User.objects.filter(pk__in=ids - {None}).values_list("pk", "name"))
    unknown = _("a program")
    who = [
        names.get(row.pgh_context.metadata.get("user"), unknown) if row.pgh_context else unknown
        for row in rows
    ]
    return list(zip(rows, who, differences(rows), strict=True))
