"""How allauth fits: staff are made by an admin, nobody signs up by themselves."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import redirect, render

from crm.core.company_sign_in.people import Refused, link_person

logger = logging.getLogger(__name__)
STAGES = {"allauth.mfa.stages.AuthenticateStage": "crm.core.company_sign_in.second_factor.SecondFactorStage"}


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]


class StaffSocialAccountAdapter(DefaultSocialAccountAdapter):
    """Company sign-in lets in people whom an admin has made, matched by their verified mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """Leave the unsaved user empty: nobody is made of it."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        try:
            person = link_person(request, sociallogin)
        except Refused as refused:
            email = sociallogin.account.extra_data.get("email")
            context = {"provider": sociallogin.provider, "refused": refused, "email": email}
            page = render(request, "socialaccount/refused.html", context, status=403)
            raise ImmediateHttpResponse(page) from refused
        if not person.is_active:
            raise ImmediateHttpResponse(redirect("account_inactive"))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, exception: Exception | None = None, **kwargs: Any
    ) -> None:
        logger.warning("company sign-in failed: %s", exception or kwargs.get("error"))
