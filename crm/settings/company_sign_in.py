"""Sign-in by OpenID Connect. docs/operations.md says how it is set up at the provider."""

from __future__ import annotations

from typing import Any

from crm.settings.environment import env

OIDC_SERVER_URL: str = env.str("OIDC_SERVER_URL", default="").rstrip("/")
OIDC_VERIFIED_DOMAINS: list[str] = [name.lower() for name in env.list("OIDC_VERIFIED_DOMAINS", default=[])]
OIDC_NEW_PEOPLE_ROLE: str = env.str("OIDC_NEW_PEOPLE_ROLE", default="")
OIDC_SECOND_FACTORS: list[str] = env.list("OIDC_SECOND_FACTORS", default=[])

SOCIALACCOUNT_ADAPTER = "crm.core.adapters.StaffSocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # our content policy lets no form be sent on to another site
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # crm.core.company_sign_in.people finds the person
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"provider_class": "crm.core.company_sign_in.provider.CompanyProvider", "APPS": []}
}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "oidc",
            "name": env.str("OIDC_NAME", default="Company sign-in"),
            "client_id": env.str("OIDC_CLIENT_ID"),
            "secret": env.str("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_SERVER_URL},
        }
    )
