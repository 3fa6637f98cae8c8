"""What was told to a webhook, what it answered, and telling it again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.models import WebhookDelivery, WebhookSubscription
from crm.core.paging import capped_count, page_of
from crm.core.webhooks.signing import body_of
from crm.core.webhooks.subscriptions import ENDED, send_again


@staff("settings.write")
@require_safe
def webhook_deliveries(request: StaffRequest, pk: int) -> HttpResponse:
    """A webhook and what it was told, newest first, of one state or of all."""
    webhook = get_object_or_404(WebhookSubscription.objects.select_related("made_by"), pk=pk)
    state = request.GET.get("state", "")
    found = WebhookDelivery.objects.filter(subscription=webhook)
    if state in WebhookDelivery.State.values:
        found = found.filter(state=state)
    context = {
        "webhook": webhook,
        "page": page_of(request, found, order="-id"),
        "total": capped_count(found),
        "chips": chips(state),
        "given_up": capped_count(webhook.deliveries.all().given_up()),
    }
    return render(request, "core/webhooks/deliveries.html", context)


def chips(chosen: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?state={value}" if value else "?", "active": value == chosen}
        for value, label in [("", _("all")), *WebhookDelivery.State.choices]
    ]


@staff("settings.write")
@require_safe
def webhook_delivery(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """One delivery: what is sent, and how the last attempt went."""
    delivery = find_delivery(pk, delivery_pk)
    context = {
        "webhook": delivery.subscription,
        "delivery": delivery,
        "body": json.dumps(json.loads(body_of(delivery)), indent=2, ensure_ascii=False),
        "has_ended": delivery.state in ENDED,
    }
    return render(request, "core/webhooks/delivery.html", context)


@staff("settings.write")
@require_POST
def retry_webhook_delivery(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """Send one again that has ended."""
    delivery = find_delivery(pk, delivery_pk)
    if send_again(subscription=delivery.subscription, ids=[delivery.pk]):
        messages.success(request, _("It is sent again."))
    else:
        messages.info(request, _("It is on its way already."))
    return redirect("webhook_delivery", pk, delivery_pk)


@staff("settings.write")
@require_POST
def retry_webhook_deliveries(request: StaffRequest, pk: int) -> HttpResponse:
    """Send everything again that was given up."""
    count = send_again(subscription=get_object_or_404(WebhookSubscription, pk=pk))
    words = ngettext("%(count)d is sent again.", "%(count)d are sent again.", count)
    messages.success(request, words % {"count": count})
    return redirect("webhook_deliveries", pk)


def find_delivery(pk: int, delivery_pk: int) -> WebhookDelivery:
    found = WebhookDelivery.objects.select_related("subscription")
    return get_object_or_404(found, pk=delivery_pk, subscription_id=pk)
