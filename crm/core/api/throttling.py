"""So many requests a minute and token, counted in Postgres: exact over all processes, without Redis."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from crm.core.models import ApiToken, ApiUsage

if TYPE_CHECKING:
    from rest_framework.views import APIView

COUNT = """
    INSERT INTO core_apiusage (token_id, minute, requests) VALUES (%s, %s, 1)
    ON CONFLICT (token_id, minute) DO UPDATE SET requests = core_apiusage.requests + 1
    RETURNING requests
"""


class TokenThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True  # the permission check refuses it next
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [request.auth.pk, this_minute()])
            used: int = cursor.fetchone()[0]
        return used <= settings.API_REQUESTS_PER_MINUTE

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return 60 - timezone.now().second


def this_minute() -> dt.datetime:
    return timezone.now().replace(second=0, microsecond=0)


def forget_old_usage() -> int:
    return ApiUsage.objects.filter(minute__lt=timezone.now() - dt.timedelta(hours=1)).delete()[0]
