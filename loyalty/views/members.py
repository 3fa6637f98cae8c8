"""A member's statement, and corrections by hand."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.core.access import may, staff
from crm.core.paging import page_of
from customers.views.found import person
from loyalty import ledger
from loyalty.forms import AdjustForm
from loyalty.models import Member, Transfer
from loyalty.statements import lines_of, next_dates


@staff("programs.read")
@require_GET
def member(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible_member(request, pk)
    transfers = Transfer.objects.filter(member=found).select_related("purchase", "return_of", "actor")
    page = page_of(request, transfers, order="-id")
    context = {
        "member": found,
        "page": page,
        "lines": lines_of(found, page.rows),
        "may_adjust": may(request.user, "programs.run"),
        **next_dates(found),
    }
    return render(request, "loyalty/member.html", context)


@staff("programs.run")
@require_http_methods(["GET", "POST"])
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible_member(request, pk)
    form = AdjustForm(request.POST or None, initial={"key": uuid4()})
    status = 200
    if request.method == "POST":
        status = save_adjustment(request, found, form)
        if status == 302:
            messages.success(request, _("The points are changed."))
            return redirect(found)
    return render(request, "loyalty/adjust.html", {"member": found, "form": form}, status=status)


def save_adjustment(request: HttpRequest, found: Member, form: AdjustForm) -> int:
    """Post a valid form and answer the status to reply with; what is wrong is said beside the fields."""
    if not form.is_valid():
        return 422
    try:
        ledger.adjust(
            idempotency_key=f"adjust:{form.cleaned_data['key']}",
            member=found,
            points=form.cleaned_data["points"],
            reason=form.cleaned_data["reason"],
            actor=person(request),
        )
    except ledger.NotEnoughPoints as error:
        form.add_error("points", error)
        return 409
    except ValidationError as error:
        form.add_error(None, error)
        return 422
    return 302


def visible_member(request: HttpRequest, pk: int) -> Member:
    return get_object_or_404(
        Member.objects.visible_to(person(request)).select_related("account", "program"), pk=pk
    )
