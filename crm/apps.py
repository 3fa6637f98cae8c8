from django.apps import AppConfig


class PerennialConfig(AppConfig):
    """Last in INSTALLED_APPS: when it is ready, every app's lists exist and can be gathered."""

    name = "crm"
    label = "perennial"

    def ready(self) -> None:
        from crm.celery import app  # noqa: F401  (web processes publish through it)
        from crm.wiring import wire

        wire()
