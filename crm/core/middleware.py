"""The gate: nobody passes who may not, and admins only with a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import get_user
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.core.access import access_of, may
from crm.core.company_sign_in.second_factor import was_asked_by_company

GetResponse = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Enforces what each view declares (see `crm.core.access`); a view that declares nothing is a mistake."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        access = access_of(view)
        if access is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} does not declare its access.")
        if access.kind != "staff":
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if must_enrol(request):
            messages.info(request, _("Admins work only with a second factor. Set one up first."))
            return redirect("mfa_index")
        if access.permission and not may(request.user, access.permission):
            raise PermissionDenied
        return None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the whole page to the sign-in form, also when HTMX asked for a fragment of it."""
    htmx = request.headers.get("HX-Request") == "true"
    back = request.headers.get("HX-Current-URL", "/") if htmx else request.get_full_path()
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def must_enrol(request: HttpRequest) -> bool:
    """Admins work only with a second factor, ours or one of the company's that counts; not so in the demo."""
    user = request.user
    return (
        settings.REQUIRE_ADMIN_MFA
        and user.is_authenticated
        and user.is_admin
        and not request.path.startswith(reverse("mfa_index"))
        and not was_asked_by_company(request)
        and not is_mfa_enabled(user)
    )


class PersonMiddleware:
    """Shows times in the signed-in person's zone and words in their language.

    It also puts the person themselves in the place of Django's lazy stand-in, which every page asks hundreds
    of times.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = get_user(request)
        if not user.is_authenticated:
            return self.get_response(request)
        request.user = user
        with timezone.override(ZoneInfo(user.time_zone)), translation.override(user.language):
            return self.get_response(request)
