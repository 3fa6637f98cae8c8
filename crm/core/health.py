"""Is the process alive, and can it serve?"""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from crm.core.access import public


@public
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches neither database nor broker."""
    return HttpResponse("ok", content_type="text/plain")


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is migrated; a missing broker only degrades."""
    checks: dict[str, Any] = {"database": database_state()}
    ready = checks["database"] == "ok"
    checks["broker"] = broker_state()
    degraded = checks["broker"] != "ok"
    status = "degraded" if ready and degraded else "ready" if ready else "unavailable"
    return JsonResponse({"status": status, "checks": checks}, status=200 if ready else 503)


def database_state() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return f"{len(missing)} migrations missing" if missing else "ok"


def broker_state() -> str:
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except Exception:
        return "unreachable"
    return "ok"
