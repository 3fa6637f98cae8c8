"""What all pages have in common that customers reach by a link in a mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.core.access import by_link

PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
P = ParamSpec("P")


def behind_link(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page behind a secret in its address: nobody keeps it, lists it, or is told whence a reader came.

    The secret is the authority and no cookie is, so that there is nothing for a forged request to ride on;
    and mail programs' browsers often refuse the cookie of a CSRF token.
    """

    @by_link
    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        return response

    return answer


def unknown_link(request: HttpRequest) -> HttpResponse:
    """A secret we did not make, or one whose person is gone: the same words for both."""
    words = {
        "title": _("This link does not work"),
        "text": _("Perhaps it was cut in two by a mail program. Please try the link in your mail once more."),
    }
    return render(request, "core/public_state.html", {"mark": "clock", **words}, status=404)


def one_moment(request: HttpRequest) -> HttpResponse:
    """For those who knock too often."""
    words = {
        "title": _("One moment, please"),
        "text": _("That was a lot at once. Please try again later."),
    }
    return render(request, "core/public_state.html", {"mark": "clock", **words}, status=429)
