"""Settings, from the environment. See README ("Production") and docs/operations.md for every variable."""

from __future__ import annotations

from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from crm import embedded
from crm.logs import configure_logging
from crm.settings.company_sign_in import *  # noqa: F403
from crm.settings.environment import *  # noqa: F403  (settings are read from this module)
from crm.settings.environment import BASE_DIR, HTTPS, LOCAL, TESTING, VAR_DIR, env
from crm.settings.mail_feedback import *  # noqa: F403
from crm.settings.outgoing import *  # noqa: F403

django_stubs_ext.monkeypatch()  # generic classes such as ModelForm[Company] at run time

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials",
    "anymail",
    "django_prometheus",
    "crm.core",
    "customers",
    "surveys",
    "loyalty",
    "campaigns",
    "crm.apps.PerennialConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.core.middleware.PersonMiddleware",
    "crm.core.middleware.AccessMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.core.context.shell",
            ],
            "builtins": ["crm.core.templatetags.ui", "template_partials.templatetags.partials"],
        },
    }
]

FORM_RENDERER = "crm.core.form_renderer.FormRenderer"

# --- data -------------------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": environ.Env.db_url_config(env.str("DATABASE_URL", default="") or embedded.database_url())
}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True, DISABLE_SERVER_SIDE_CURSORS=False)
# Lists join eight tables to show names: finding their best order takes Postgres 38 ms with its default of 8
# and 5 ms with 6, while the rows themselves come in less than one. A helper for a query takes 15 ms
# to start, and all cores have pages to make.
PLANNING = "-c join_collapse_limit=6 -c max_parallel_workers_per_gather=0"
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", PLANNING)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
SESSION_ENGINE = "crm.core.who"

# --- sign-in ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["crm.core.who.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "crm.core.adapters.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff are made by an admin; nobody signs up
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Perennial"
MFA_TOTP_TOLERANCE = 1  # clocks differ: the code before and the one after are good too
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL and not HTTPS
REQUIRE_ADMIN_MFA: bool = env.bool("REQUIRE_ADMIN_MFA", default=not LOCAL)

# --- safety -----------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "perennial_session"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CSRF_FAILURE_VIEW = "crm.core.errors.csrf_failure"

# --- words, time, files -----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING

IMPORT_MAX_UPLOAD: int = env.int("IMPORT_MAX_UPLOAD", default=200 * 1024 * 1024)  # bytes as they are uploaded
IMPORT_MAX_BYTES: int = env.int("IMPORT_MAX_BYTES", default=1024 * 1024 * 1024)  # bytes when unpacked
IMPORT_FOLDER: str = env.str("IMPORT_FOLDER", default="")  # scheduled imports read below it; empty: none do

# --- mail -------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025" if LOCAL else "smtp://localhost:25"))
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="care@perennial.invalid")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- workers ----------------------------------------------------------------------------------------------
REDIS_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # One attempt to reach a broker: whoever saves a page must not wait, and what was not said is swept up.
    # Workers go on trying: they have settings of their own for that.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_URL = env.str("REDIS_URL", default="") or embedded.redis_url()
CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_OPTIONS
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = REDIS_OPTIONS
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "critical"
CELERY_TASK_ROUTES = {
    "crm.core.tasks.run_job": {"queue": "bulk"},
    "crm.core.tasks.run_long_job": {"queue": "bulk"},
    "crm.core.tasks.deliver_webhooks": {"queue": "bulk"},
    "customers.tasks.send_due_messages": {"queue": "send"},
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file: what was done already stands in core_tick
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "crm.core.tasks.tick",
        "schedule": env.float("TICK_SECONDS", default=5.0),
        "options": {"expires": 30},
    }
}
LEASE_SECONDS: int = env.int("LEASE_SECONDS", default=2 if TESTING else 120)

# --- API --------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.core.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["crm.core.api.permissions.ScopedPermission"],
    "DEFAULT_PAGINATION_CLASS": "crm.core.api.paging.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["crm.core.api.visible.VisibleFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["crm.core.api.throttling.TokenThrottle"],
    "EXCEPTION_HANDLER": "crm.core.api.problems.problem_details",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Perennial API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENFORCE_NON_BLANK_FIELDS": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.core.api.schema.describe_problems",
    ],
}
API_REQUESTS_PER_MINUTE: int = env.int("API_REQUESTS_PER_MINUTE", default=600)

# --- watching ---------------------------------------------------------------------------------------------
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False)
LOGGING = configure_logging(level=env.str("LOG_LEVEL", default="WARNING" if LOCAL else "INFO"))
SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004"]  # the mail address is unique by a functional index
