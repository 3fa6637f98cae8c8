"""So many requests a minute and token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from crm.core.models import ApiToken
from crm.core.throttle import allow, window_end

if TYPE_CHECKING:
    from rest_framework.views import APIView

MINUTE = 60


class TokenThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True  # the permission check refuses it next
        return allow(key=f"token:{request.auth.pk}", limit=settings.API_REQUESTS_PER_MINUTE, seconds=MINUTE)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return (window_end(MINUTE) - timezone.now()).total_seconds()
