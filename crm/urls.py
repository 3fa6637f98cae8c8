"""Every address of the project. Each view declares its access (`crm.core.access`)."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from crm.core import brand, health
from crm.core.access import staff
from crm.core.api import docs
from crm.core.api.problems import not_found
from crm.core.foreign import for_staff
from crm.home import views as home
from customers.views import log

ALLAUTH_OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "openid_connect_login",
    "openid_connect_callback",
}

handler500 = "crm.core.errors.server_error"

# allauth's own pages for these are shut: an address is an admin's to change, company sign-in links by itself
to_profile = staff("profile.write")(RedirectView.as_view(pattern_name="profile"))

urlpatterns = [
    path("", home.today, name="today"),
    path("palette/", home.palette, name="palette"),
    path("log/", log.log_interaction_dialog, name="log_interaction"),
    path("", include("customers.urls")),
    path("", include("crm.core.urls")),
    path("accounts/email/", to_profile),
    path("accounts/3rdparty/", to_profile),
    path("accounts/", for_staff(include("allauth.urls"), open_names=ALLAUTH_OPEN)),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("api/schema/", docs.schema, name="api_schema"),
    path("api/docs/", docs.page, name="api_docs"),
    path("api/v1/", include("customers.api.urls")),
    re_path("^api/", not_found),
    path("", include("customers.outreach.urls")),
    path("imports/", include("customers.imports.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("", include("loyalty.urls")),
    path("", include("surveys.urls")),
    path("brand/logo", brand.brand_logo, name="brand_logo"),
]
