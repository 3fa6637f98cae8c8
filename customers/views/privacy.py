"""A person's copy of their data, and forgetting them."""

from __future__ import annotations

from collections.abc import Mapping, Sized

from django.apps import apps
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crm.core.access import staff
from crm.core.downloads import record_download
from crm.core.models import Download
from crm.core.registry import registry
from customers.models import Contact
from customers.services.privacy import erase_contact, export_contact
from customers.views.found import find_contact, person


def find_known(request: HttpRequest, pk: int) -> Contact:
    """Somebody of whom more than numbers is left."""
    contact = find_contact(request, pk)
    if contact.erased_at:
        raise Http404
    return contact


@staff("privacy.write")
@require_GET
@never_cache
def contact_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we hold on this person, as JSON to hand over."""
    copy = export_contact(contact=find_known(request, pk))
    return hand_over(request, copy, name=f"person-{pk}", subject=pk)


def hand_over(
    request: HttpRequest, copy: Mapping[str, Sized], *, name: str, subject: int | None = None
) -> HttpResponse:
    """A person's copy as a file of JSON, written down as taken out; `subject` is the contact's number."""
    rows = sum(map(len, copy.values()))
    record_download(user=person(request), kind=Download.Kind.PERSON, rows=rows, subject=subject)
    return JsonResponse(
        copy,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


def heading(label: str) -> str:
    """What a part of a copy is called on a page: rows of a model by the model's own name."""
    return str(apps.get_model(label)._meta.verbose_name) if label in registry.customer_data else label


@staff("privacy.write")
def contact_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Says exactly what goes and what stays; the name must be typed to go on."""
    contact = find_known(request, pk)
    wrong = request.method == "POST" and request.POST.get("name", "").strip() != contact.full_name
    if request.method == "POST" and not wrong:
        erase_contact(contact=contact, actor=person(request))
        messages.success(request, _("Every personal word about this person is erased."))
        return redirect(contact.account)
    held = {heading(label): len(rows) for label, rows in export_contact(contact=contact).items() if rows}
    return render(request, "customers/erase.html", {"contact": contact, "held": held, "wrong": wrong})
