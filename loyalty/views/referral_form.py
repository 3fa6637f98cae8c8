"""A promoter's own form: whom else could we help? Without cookies, without a need for scripts.

GET and HEAD write nothing: mail scanners follow every link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.core.throttle import allow, client_address, client_network
from crm.core.views.answers import errors_on
from crm.core.views.links import behind_link, one_moment, unknown_link
from loyalty import referring
from loyalty.forms import ReferralForm
from loyalty.models import ReferralLink

REQUESTS_PER_MINUTE = 120
REFERRALS_PER_HOUR = 20

LinkView = Callable[[HttpRequest, ReferralLink], HttpResponse]


def behind_code(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Counts who knocks, and finds the link."""

    @behind_link
    @wraps(view)
    def guarded(request: HttpRequest, code: str) -> HttpResponse:
        if not allow(key=f"referral:{client_network(request)}", limit=REQUESTS_PER_MINUTE, seconds=60):
            return one_moment(request)
        link = ReferralLink.objects.open().with_code(code).select_related("contact__account").first()
        return view(request, link) if link else unknown_link(request)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@behind_code
def refer(request: HttpRequest, link: ReferralLink) -> HttpResponse:
    if request.method != "POST":
        return show(request, link, ReferralForm())
    if not allow(key=f"referral-link:{link.pk}", limit=REFERRALS_PER_HOUR, seconds=3600):
        return one_moment(request)
    form = ReferralForm(request.POST)
    if not form.is_valid():
        return show(request, link, form, status=422)
    if form.is_from_a_machine:
        return redirect("loyalty:thanks", link.code)
    with errors_on(form):
        referring.refer(
            link=link, person=form.person(), consent=form.consent_words(), address=client_address(request)
        )
        return redirect("loyalty:thanks", link.code)
    return show(request, link, form, status=422)


def show(request: HttpRequest, link: ReferralLink, form: ReferralForm, *, status: int = 200) -> HttpResponse:
    return render(request, "loyalty/referral_form.html", {"link": link, "form": form}, status=status)


@require_POST
@behind_code
def touch(request: HttpRequest, link: ReferralLink) -> HttpResponse:
    """The page's script says that a real hand was on it."""
    referring.note_click(link=link, address=client_address(request))
    return HttpResponse(status=204)


@require_safe
@behind_code
def thanks(request: HttpRequest, link: ReferralLink) -> HttpResponse:
    """The same words whoever was named, so that nobody learns who is a customer."""
    context = {
        "title": _("Thank you"),
        "text": _("We will get in touch with care. If we know each other already, we will simply say hello."),
        "link": link.get_absolute_url(),
        "link_text": _("Name somebody else"),
    }
    return render(request, "core/public_state.html", context)
