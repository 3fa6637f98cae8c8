"""Settings, Webhooks: who is told of what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, staff
from crm.core.models import WebhookSubscription
from crm.core.views.answers import errors_on, sent, show_form
from crm.core.webhooks.forms import WebhookForm
from crm.core.webhooks.subscriptions import (
    change_subscription,
    replace_secret,
    send_test,
    subscribe,
    switch_off,
    switch_on,
    unsubscribe,
)

FORM = "core/webhooks/form.html"
SHOWN_ONCE = "core/webhooks/secret.html"


@staff("settings.write")
@require_safe
def webhooks(request: StaffRequest) -> HttpResponse:
    found = WebhookSubscription.objects.select_related("made_by").order_by("name", "pk")[:500]
    return render(request, "core/webhooks/list.html", {"webhooks": found})


@staff("settings.write")
@never_cache
def add_webhook(request: StaffRequest) -> HttpResponse:
    """A new subscription; its secret is in the answer to the form and nowhere else."""
    form = WebhookForm(sent(request))
    if form.is_valid():
        with errors_on(form):
            webhook, secret = subscribe(**form.cleaned_data, made_by=request.user)
            return render(request, SHOWN_ONCE, {"webhook": webhook, "secret": secret})
    return show_form(request, FORM, form, title=_("New webhook"))


@staff("settings.write")
def edit_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(WebhookSubscription, pk=pk)
    initial = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    form = WebhookForm(sent(request), initial=initial)
    if form.is_valid():
        with errors_on(form):
            change_subscription(subscription=webhook, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("webhook_deliveries", pk)
    return show_form(request, FORM, form, title=_("Change webhook"), webhook=webhook)


@staff("settings.write")
@require_POST
@never_cache
def new_webhook_secret(request: StaffRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(WebhookSubscription, pk=pk)
    secret = replace_secret(subscription=webhook)
    return render(request, SHOWN_ONCE, {"webhook": webhook, "secret": secret})


@staff("settings.write")
@require_POST
def switch_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    """On or off, whatever the button said."""
    webhook = get_object_or_404(WebhookSubscription, pk=pk)
    if request.POST.get("to") == "on":
        switch_on(subscription=webhook)
        messages.success(request, _("It is told of events again."))
    else:
        switch_off(subscription=webhook)
        messages.success(request, _("It is told nothing more."))
    return redirect("webhook_deliveries", pk)


@staff("settings.write")
@require_POST
def test_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    delivery = send_test(subscription=get_object_or_404(WebhookSubscription, pk=pk, is_active=True))
    return redirect("webhook_delivery", pk, delivery.pk)


@staff("settings.write")
@require_POST
def delete_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    unsubscribe(subscription=get_object_or_404(WebhookSubscription, pk=pk))
    messages.success(request, _("The webhook is deleted."))
    return redirect("settings_webhooks")
