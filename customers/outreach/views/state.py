"""For admins: how sending is doing, with the brakes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.registry import registry
from customers.outreach import overview
from customers.outreach.models import SendingPause
from customers.outreach.services import pause_sending, resume_sending, retry_failed


@staff("operations.read")
@require_safe
def sending(request: HttpRequest) -> HttpResponse:
    context = {
        "counts": overview.counts(),
        "oldest": overview.oldest_due(),
        "lines": overview.kind_lines(),
        "reports": overview.reports_lately(),
        "way_out": overview.way_out(),
        "all_paused": SendingPause.objects.in_force().filter(kind=SendingPause.EVERYTHING).first(),
    }
    return render(request, "outreach/sending.html", context)


@staff("operations.read")
@require_POST
def pause(request: StaffRequest) -> HttpResponse:
    pause_sending(kind=chosen_kind(request), actor=request.user)
    messages.success(request, _("On hold. What is being sent at this moment still goes out."))
    return redirect("outreach:sending")


@staff("operations.read")
@require_POST
def resume(request: StaffRequest) -> HttpResponse:
    if resume_sending(kind=chosen_kind(request), actor=request.user):
        messages.success(request, _("It is being sent again."))
    return redirect("outreach:sending")


@staff("operations.read")
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    count = retry_failed()
    words = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
    messages.success(request, words % {"count": count})
    return redirect("outreach:sending")


def chosen_kind(request: HttpRequest) -> str:
    """One kind, or everything when none is named. Raises Http404 for a kind nobody knows."""
    kind = request.POST.get("kind", SendingPause.EVERYTHING)
    paused = SendingPause.objects.in_force().filter(kind=kind)
    if kind and kind not in registry.message_kinds and not paused.exists():
        raise Http404
    return kind
