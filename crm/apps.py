from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from crm.core.registry import registry


class PerennialConfig(AppConfig):
    """Last in INSTALLED_APPS: when it is ready, every app's lists exist and can be gathered."""

    name = "crm"
    label = "perennial"

    def ready(self) -> None:
        from crm.celery import app  # noqa: F401, PLC0415  (web processes publish through it)
        from crm.wiring import wire  # noqa: PLC0415  (models are loaded by now)

        wire()
        # the last app that has models: for those without, the signal is never sent
        post_migrate.connect(install_defaults, sender=apps.get_app_config("loyalty"))


def install_defaults(**kwargs: Any) -> None:
    """Give a freshly migrated database what every installation starts with (safe to repeat)."""
    for install in registry.defaults:
        install()
