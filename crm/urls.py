"""Every address of the project. Each view declares its access (`crm.core.access`)."""

from __future__ import annotations

from django.urls import include, path

from crm.core import brand, health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("brand/logo", brand.brand_logo, name="brand_logo"),
]
