"""For admins: what could not be delivered between the apps, and who changed what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.core.access import staff
from crm.core.audit import audited_models, changes, differences
from crm.core.events import retry_dead
from crm.core.models import Delivery, User
from crm.core.paging import capped_count, page_of


@staff("operations.read")
def deliveries(request: HttpRequest) -> HttpResponse:
    """The dead-letter page, and how much is waiting."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("event")
    context = {
        "page": page_of(request, dead, order="-id"),
        "total": capped_count(dead),
        "waiting": capped_count(Delivery.objects.filter(state=Delivery.State.PENDING)),
        "oldest": Delivery.objects.filter(state=Delivery.State.PENDING).order_by("due_at", "id").first(),
    }
    return render(request, "core/deliveries.html", context)


@staff("operations.read")
@require_POST
def retry_deliveries(request: HttpRequest) -> HttpResponse:
    """Give the ticked ones, or all, another ten attempts."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD)
    if "all" not in request.POST:
        dead = dead.filter(pk__in=[pk for pk in request.POST.getlist("delivery") if pk.isdecimal()])
    count = retry_dead(list(dead.values_list("pk", flat=True)[:10_000]))
    words = ngettext("%(count)d is tried again.", "%(count)d are tried again.", count)
    messages.success(request, words % {"count": count}) if count else messages.info(
        request, _("Nothing chosen.")
    )
    return redirect("deliveries")


@staff("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    """Every change of one kind of row, newest first, with who made it and what became of what."""
    models = audited_models()
    chosen = request.GET.get("model") or next(iter(models))
    if chosen not in models:
        raise Http404
    number = request.GET.get("id", "")
    rows = changes(models[chosen], int(number) if number.isdecimal() and len(number) < 19 else None)
    page = page_of(request, rows, order="-pk")
    context = {
        "models": models,
        "chosen": chosen,
        "number": number,
        "page": page,
        "entries": entries(page.rows),
    }
    return render(request, "core/audit.html", context)


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
