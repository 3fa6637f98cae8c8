"""Saved maps: a list, another name, the bin."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.paging import page_of
from crm.core.registry import registry
from crm.core.views.answers import errors_on, sent, show_form
from customers.imports.forms import NamedMapForm
from customers.imports.named import delete_map, rename_map
from customers.models import NamedMap


@staff("imports.run")
@require_safe
def maps(request: StaffRequest) -> HttpResponse:
    """Every saved map by name."""
    page = page_of(request, NamedMap.objects.select_related("created_by"), order="name")
    rows = [(kept, registry.importers.get(kept.importer)) for kept in page]
    return render(request, "imports/maps.html", {"page": page, "rows": rows})


@staff("imports.run")
def rename(request: StaffRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(NamedMap, pk=pk)
    form = NamedMapForm(sent(request), instance=copy.copy(kept))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            rename_map(kept=kept, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("imports:maps")
    fields = {str(field.name): field.label for field in registry.importers[kept.importer].fields}
    columns = [(fields.get(name, name), column) for name, column in kept.map["fields"].items()]
    return show_form(request, "imports/map.html", form, kept=kept, columns=columns)


@staff("imports.run")
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(NamedMap, pk=pk)
    delete_map(kept=kept)
    messages.success(request, _("%(name)s is gone.") % {"name": kept.name})
    return redirect("imports:maps")
