"""Who was recommended to us, by whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.access import staff
from crm.core.models import User
from crm.core.paging import capped_count, page_of
from customers.views.found import person
from customers.views.listing import Chip
from loyalty.models import Referral
from loyalty.models.referrals import ReferralQuerySet


@staff("programs.read")
@require_GET
def referral_list(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("state", "")
    found = listed(person(request), wanted)
    context = {
        "chips": chips(wanted),
        "page": page_of(request, found.select_related("account", "link__contact"), order="-at"),
        "count": capped_count(found),
    }
    return render(request, "loyalty/referrals.html", context)


def listed(user: User, state: str) -> ReferralQuerySet:
    found = Referral.objects.visible_to(user)
    return found.filter(state=state) if state in Referral.State.values else found


def chips(wanted: str) -> list[Chip]:
    states = [Chip(label, f"?state={state}", state == wanted) for state, label in Referral.State.choices]
    return [Chip(_("all"), "?", wanted not in Referral.State.values), *states]
