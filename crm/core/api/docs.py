"""The schema and a page to read and try it, with local assets alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView

from crm.core.access import public, staff

schema = public(
    SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[], throttle_classes=[])
)


@staff("tokens.write")
def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "core/api_docs.html")
