"""WSGI entry point for gunicorn."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()

# A page makes tens of thousands of small objects and drops them. Looking for circles among them after every
# 700, and time and again among all that was imported, is work for nothing.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
