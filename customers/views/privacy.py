"""A person's copy of their data, and forgetting them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from crm.core.access import staff
from crm.core.models import User
from customers.models import Contact
from customers.services.privacy import erase_contact, export_contact


def found(request: HttpRequest, pk: int) -> Contact:
    assert isinstance(request.user, User)
    people: Any = Contact.objects.visible_to(request.user)
    return get_object_or_404(people, pk=pk, erased_at=None)


@staff("privacy.write")
@never_cache
def contact_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we hold on this person, as JSON to hand over."""
    copy = export_contact(contact=found(request, pk))
    return JsonResponse(
        copy,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="person-{pk}.json"'},
    )


@staff("privacy.write")
def contact_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Says exactly what goes and what stays; the name must be typed to go on."""
    contact = found(request, pk)
    wrong = request.method == "POST" and request.POST.get("name", "").strip() != contact.full_name
    if request.method == "POST" and not wrong:
        assert isinstance(request.user, User)
        erase_contact(contact=contact, actor=request.user)
        messages.success(request, _("Every personal word about this person is erased."))
        return redirect(contact.account)
    held = {label: len(rows) for label, rows in export_contact(contact=contact).items() if rows}
    return render(request, "customers/erase.html", {"contact": contact, "held": held, "wrong": wrong})
