"""Whether our second factor is still asked of somebody whom the company's provider has let in.

It is, unless the settings name words of the id token that count: `amr` lists how somebody signed in (RFC
8176: "mfa" for several factors), `acr` how strongly (OpenID Connect Core 1.0, 2).
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse

ASKED = "company_asked_second_factor"


class SecondFactorStage(AuthenticateStage):
    """allauth's step between password and being signed in."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        self.request.session.pop(ASKED, None)
        if not counts(self.login):
            return super().handle()
        self.request.session[ASKED] = self.login.user.pk
        return None, True


def counts(login: Login) -> bool:
    """Whether the provider says that it has asked for what the settings accept."""
    sociallogin = (login.signal_kwargs or {}).get("sociallogin")
    claims: dict[str, Any] = sociallogin.account.extra_data if sociallogin else {}
    methods = claims.get("amr") or []
    said = {claims.get("acr"), *(methods if isinstance(methods, list) else [methods])}
    return not said.isdisjoint(settings.OIDC_SECOND_FACTORS)


def was_asked_by_company(request: HttpRequest) -> bool:
    """Whether the signed-in person has shown a second factor to the provider, in this session."""
    return request.session.get(ASKED) == request.user.pk
