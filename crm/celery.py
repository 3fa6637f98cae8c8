"""The Celery application. Payloads are row ids; see docs/operations.md for the queues."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("perennial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["crm.core", "customers", "surveys", "loyalty", "campaigns"])
