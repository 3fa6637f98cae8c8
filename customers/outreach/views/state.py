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
from customers.outreach.breaker import try_provider_now
from customers.outreach.forms import SendingLimitForm
from customers.outreach.models import Breaker, SendingLimit, SendingPause
from customers.outreach.route import provider_name, sender_address
from customers.outreach.services import pause_sending, resume_sending, retry_failed


@staff("operations.read")
@require_safe
def sending(request: HttpRequest) -> HttpResponse:
    context = {
        "counts": overview.counts(),
        "oldest": overview.oldest_due(),
        "lines": overview.kind_lines(),
        "reports": overview.reports_lately(),
        "way_out": provider_name(),
        "all_paused": SendingPause.objects.in_force().filter(kind=SendingPause.EVERYTHING).first(),
        "breaker": Breaker.objects.filter(provider=provider_name()).first(),
        "limits": SendingLimit.objects.in_force(),
    }
    return render(request, "outreach/sending.html", context)


@staff("operations.read")
@require_POST
def try_now(request: HttpRequest) -> HttpResponse:
    if try_provider_now():
        messages.success(request, _("It is tried at once, with the next message that is due."))
    return redirect("outreach:sending")


@staff("settings.write")
def limits(request: HttpRequest) -> HttpResponse:
    """How fast mail may leave through our provider, and under our sender's address."""
    ways = {SendingLimit.Scope.PROVIDER: provider_name(), SendingLimit.Scope.SENDER: sender_address()}
    forms = [SendingLimitForm(request.POST or None, scope=scope, name=name) for scope, name in ways.items()]
    if request.method == "POST" and all(form.is_valid() for form in forms):
        for form in forms:
            form.save()
        messages.success(request, _("Saved. It holds for everything that is sent from now on."))
        return redirect("outreach:sending")
    return render(request, "outreach/sending_limits.html", {"forms": forms})


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
