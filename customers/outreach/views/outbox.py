"""The outbox: every message, what became of it and why."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, may, staff
from crm.core.models import User
from crm.core.paging import capped_count, page_of
from customers.outreach.clicks.figures import clicks_in
from customers.outreach.models import Message, SendingPause
from customers.outreach.models.messages import MessageQuerySet
from customers.outreach.services import cancel_message
from customers.outreach.views.showing import confined, document, rendered

TONES = {"sent": "good", "failed": "bad", "unknown": "look", "deferred": "look", "refused": "plain"}


def find_message(user: User, pk: int) -> Message:
    return get_object_or_404(Message.objects.for_sending().visible_to(user), pk=pk)


@staff("messages.read")
@require_safe
def outbox(request: StaffRequest) -> HttpResponse:
    """Newest first, of one state or of all."""
    state = request.GET.get("state", "")
    found = listed(request.user, state).for_reading()
    context = {
        "page": page_of(request, found, order="-id"),
        "total": capped_count(found),
        "chips": chips(state),
        "tones": TONES,
        "demo": settings.DEMO,
        "pauses": SendingPause.objects.in_force(),
        "may_operate": may(request.user, "operations.read"),
    }
    return render(request, "outreach/outbox.html", context)


def listed(user: User, state: str) -> MessageQuerySet:
    found = Message.objects.visible_to(user)
    return found.filter(state=state) if state in Message.State.values else found


def chips(chosen: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?state={value}" if value else "?", "active": value == chosen}
        for value, label in [("", _("all")), *Message.State.choices]
    ]


@staff("messages.read")
@require_safe
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """One message with its mail as sent, or as it would be sent now."""
    found = find_message(request.user, pk)
    context = {
        "message": found,
        "tone": TONES.get(found.state, "plain"),
        "clicks": clicks_in(found),
        "may_cancel": found.state in Message.STOPPABLE and may(request.user, "messages.write"),
    }
    return render(request, "outreach/message.html", context)


@staff("messages.read")
@require_safe
@confined
def message_mail(request: StaffRequest, pk: int) -> HttpResponse:
    return document(rendered(find_message(request.user, pk), for_recipient=False))


@staff("messages.write")
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    found = find_message(request.user, pk)
    if cancel_message(message=found, reason=_("Cancelled by %(name)s") % {"name": request.user}):
        messages.success(request, _("It will not be sent."))
    else:
        messages.warning(request, _("Too late: it is on its way already, or its end has come."))
    return redirect("outreach:message", pk=pk)
