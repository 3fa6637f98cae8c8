"""Whoever asks about their data is found by mail address, a contact or not.

Addresses are sent in the body, so that they stay out of logs and of the browser's history.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.access import staff
from crm.core.views.answers import INVALID, sent, show_form
from customers.forms.privacy import AddressForm
from customers.models import Contact
from customers.services.named_people import erase_named
from customers.services.privacy import export_named
from customers.views.found import person
from customers.views.privacy import hand_over

PAGE = "customers/privacy_requests.html"


@staff("privacy.write")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def requested(request: HttpRequest) -> HttpResponse:
    """Ask for an address; say who has it and who named it; erase it when it was typed once more."""
    form = AddressForm(sent(request))
    if not form.is_valid():
        return show_form(request, PAGE, form)
    address, typed = form.cleaned_data["email"], request.POST.get("typed")
    if typed is not None and typed.strip().lower() == address.lower():
        erase_named(address=address)
        messages.success(request, _("Every word of others about this person is erased."))
        return redirect("customers:privacy_requests")
    context = {
        "form": form,
        "address": address,
        "contacts": Contact.objects.visible_to(person(request))
        .with_address(address)
        .select_related("account"),
        "named": held(address),
        "wrong": typed is not None,
    }
    return render(request, PAGE, context, status=INVALID if typed is not None else 200)


@staff("privacy.write")
@require_POST
@never_cache
def named_copy(request: HttpRequest) -> HttpResponse:
    """What others told us of this person, as JSON to hand over."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    return hand_over(request, held(form.cleaned_data["email"]), name="person")


def held(address: str) -> dict[str, list[dict[str, object]]]:
    return {label: rows for label, rows in export_named(address=address).items() if rows}
