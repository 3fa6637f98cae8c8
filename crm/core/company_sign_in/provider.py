"""What is asked of the OpenID provider, and what its answer must prove (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

Claims = dict[str, Any]

BROKEN_ANSWER = (RequestException, KeyError, TypeError, ValueError)
ENDPOINTS = {"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}
KEPT_CLAIMS = ("sub", "email", "email_verified", "name", "amr", "acr", "nonce")


def nonce_of(verifier: str | None) -> str:
    """What ties an id token to the browser that asked for it: a hash of the secret its session keeps."""
    return hashlib.sha256(f"nonce {verifier}".encode()).hexdigest()


def joined_claims(data: dict[str, Claims]) -> Claims:
    """The signed token's claims, completed by what the provider adds about the same person."""
    signed, added = data["id_token"], data.get("userinfo", {})
    if added and added.get("sub") != signed["sub"]:
        raise OAuth2Error("The userinfo speaks of somebody else than the id token.")
    return {**added, **signed}


class CompanyAdapter(OpenIDConnectOAuth2Adapter):
    """The client's side of the code flow."""

    verifier: str | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's addresses, fetched once. Raises OAuth2Error while it is away."""
        try:
            config = super().openid_config
        except RequestException as away:
            raise OAuth2Error(f"The provider does not answer: {away!r}") from away
        if missing := ENDPOINTS - config.keys():
            raise OAuth2Error(f"The provider does not name its {', '.join(sorted(missing))}.")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The one that is registered at the provider, by whatever address somebody came."""
        return settings.SITE_URL + reverse("openid_connect_callback", args=[self.provider_id])

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        data = super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
        self.did_fetch_access_token = False  # else allauth trusts the line and leaves signatures unchecked
        self.verifier = pkce_code_verifier
        return data

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who the provider says it is, nobody looked up yet. Raises OAuth2Error for an unsound answer."""
        if "id_token" not in kwargs["response"]:
            raise OAuth2Error("The provider sent no id token.")
        try:
            login = super().complete_login(request, app, token, **kwargs)
        except BROKEN_ANSWER as broken:
            raise OAuth2Error(f"The provider's answer is broken: {broken!r}") from broken
        if not self.verifier or login.account.extra_data.get("nonce") != nonce_of(self.verifier):
            raise OAuth2Error("The id token was not made for this sign-in.")
        return login


class CompanyProvider(OpenIDConnectProvider):
    """The company's provider, as the settings name it."""

    package = "crm.core.company_sign_in"
    oauth2_adapter_class = CompanyAdapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Of the address only where to go afterwards counts, never the scope nor what the answer is for."""
        return {"process": AuthProcess.LOGIN, "next_url": get_next_redirect_url(request)}

    def get_pkce_params(self) -> dict[str, Any]:
        params = generate_code_challenge()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def extract_uid(self, data: dict[str, Claims]) -> str:
        return str(joined_claims(data)["sub"])

    def extract_extra_data(self, data: dict[str, Claims]) -> Claims:
        claims = joined_claims(data)
        return {name: claims[name] for name in KEPT_CLAIMS if name in claims}

    def extract_email_addresses(self, data: dict[str, Claims]) -> list[Any]:
        """None for allauth to match people by: `people` does that."""
        return []


provider_classes = [CompanyProvider]
