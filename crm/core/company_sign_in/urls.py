"""The two addresses of company sign-in, found by allauth beside the provider class."""

from __future__ import annotations

from django.urls import path

from crm.core.company_sign_in import views

urlpatterns = [
    path("oidc/<str:provider_id>/login/", views.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", views.callback, name="openid_connect_callback"),
]
