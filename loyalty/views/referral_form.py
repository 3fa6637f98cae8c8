"""A promoter's own form: whom else could we help? Without cookies, without a need for scripts.

GET and HEAD write nothing: mail scanners follow every link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.core.access import by_link
from crm.core.throttle import allow, client_address
from loyalty import referring
from loyalty.forms import ReferralForm
from loyalty.models import ReferralLink

REQUESTS_PER_MINUTE = 120
REFERRALS_PER_HOUR = 20
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

LinkView = Callable[[HttpRequest, ReferralLink], HttpResponse]


def behind_code(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Finds the link, counts who knocks, and keeps the page out of caches, referrers and search.

    No CSRF token is asked for: the code in the address is the secret, and mail programs' browsers often
    refuse the cookie.
    """

    @by_link
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, code: str) -> HttpResponse:
        link = ReferralLink.objects.open().with_code(code).select_related("contact__account").first()
        if not allow(key=f"referral:{client_address(request)}", limit=REQUESTS_PER_MINUTE, seconds=60):
            response = one_moment(request)
        elif link is None:
            response = unknown(request)
        else:
            response = view(request, link)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        return response

    return guarded


def unknown(request: HttpRequest) -> HttpResponse:
    words = {
        "title": _("This link does not work"),
        "text": _("Perhaps it was cut in two by a mail program. Please try the link in your mail once more."),
    }
    return render(request, "core/public_state.html", {"mark": "clock", **words}, status=404)


def one_moment(request: HttpRequest) -> HttpResponse:
    words = {
        "title": _("One moment, please"),
        "text": _("That was a lot at once. Please try again later."),
    }
    return render(request, "core/public_state.html", {"mark": "clock", **words}, status=429)


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
    try:
        referring.refer(
            link=link, person=form.person(), consent=form.consent_words(), address=client_address(request)
        )
    except ValidationError as error:
        form.add_error(None, error)
        return show(request, link, form, status=422)
    return redirect("loyalty:thanks", link.code)


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
