"""The points program: what is outstanding, who has how much, and its rules."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.core.access import may, staff
from crm.core.paging import capped_count, page_of
from customers.views.found import person
from loyalty.forms import ProgramForm
from loyalty.models import Discrepancy, Member, Program, Referral
from loyalty.programs import change_program

EXAMPLE = Decimal(1000)  # spent, to say what it earns


@staff("programs.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    user = person(request)
    program = Program.objects.main()
    members = Member.objects.visible_to(user)
    may_run = may(user, "programs.run")
    context = {
        "program": program,
        "example": (EXAMPLE, program.points_for(EXAMPLE)),
        "totals": members.totals(),
        "page": page_of(request, members.select_related("account"), order="-active"),
        "count": capped_count(members),
        "referral_count": capped_count(Referral.objects.visible_to(user).made()),
        "alarms": Discrepancy.objects.open().select_related("member__account")[:5] if may_run else [],
        "may_run": may_run,
    }
    return render(request, "loyalty/overview.html", context)


@staff("programs.run")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    program = Program.objects.main()
    form = ProgramForm(request.POST or None, instance=program)
    if request.method == "POST" and form.is_valid():
        change_program(program=program, **form.cleaned_data)
        messages.success(request, _("Saved. It holds for points earned from now on."))
        return redirect("loyalty:overview")
    return render(
        request,
        "loyalty/program.html",
        {"form": form, "program": program},
        status=422 if form.errors else 200,
    )
