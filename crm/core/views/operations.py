"""For admins: what could not be delivered between the apps."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.core.access import staff
from crm.core.events import retry_dead
from crm.core.models import Delivery
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
