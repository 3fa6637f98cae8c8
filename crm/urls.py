"""Every address of the project. Each view declares its access (`crm.core.access`)."""

from __future__ import annotations

from django.urls import include, path, re_path

from crm.core import brand, health
from crm.core.api import docs
from crm.core.api.problems import not_found

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("api/schema/", docs.schema, name="api_schema"),
    path("api/docs/", docs.page, name="api_docs"),
    path("api/v1/", include("customers.api.urls")),
    re_path("^api/", not_found),
    path("brand/logo", brand.brand_logo, name="brand_logo"),
]
