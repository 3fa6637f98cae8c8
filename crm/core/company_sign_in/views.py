"""To the company's provider and back."""

from __future__ import annotations

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse

from crm.core.access import public
from crm.core.company_sign_in.provider import CompanyAdapter


@public
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sends the browser to the provider."""
    return answer(OAuth2LoginView, request, provider_id)


@public
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends it back to, with a code to fetch the answer with."""
    return answer(OAuth2CallbackView, request, provider_id)


def answer(
    view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    """allauth's view on our adapter; a provider that is away or broken gets a page that says so."""
    adapter = CompanyAdapter(request, provider_id)
    try:
        return view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist as missing:
        raise Http404 from missing
    except OAuth2Error as broken:
        return render_authentication_error(request, adapter.get_provider(), exception=broken)
