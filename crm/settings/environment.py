"""What this process is: its mode, its key, its address. The rest of the settings stands on this."""

from __future__ import annotations

import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.str("PERENNIAL_VAR", default=str(BASE_DIR / "var")))

MODE: str = env.str("PERENNIAL_MODE", default="production")
DEMO, TESTING = MODE == "demo", MODE == "test"
LOCAL = DEMO or TESTING
DEBUG = False
INSECURE_KEY = "insecure-only-for-tests-and-building"
SECRET_KEY: str = env.str("SECRET_KEY", default=INSECURE_KEY if TESTING else "")
BUILDING = "collectstatic" in sys.argv
if BUILDING and not SECRET_KEY:
    SECRET_KEY = INSECURE_KEY
if (
    not LOCAL
    and not BUILDING
    and (not SECRET_KEY or len(SECRET_KEY) < 32 or SECRET_KEY.startswith("insecure"))
):
    raise ImproperlyConfigured("Set SECRET_KEY to at least 32 random characters (README, Production).")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL: str = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
