"""A request passes when its token has the scope and its owner's role the permission behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from crm.core.access import may
from crm.core.api.scopes import SCOPES
from crm.core.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ScopedPermission(BasePermission):
    """Views name their `resource`; the scope is `resource:read` or `resource:write`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        deed = "read" if request.method in SAFE_METHODS else "write"
        return holds(request, f"{view.resource}:{deed}")  # type: ignore[attr-defined]


def holds(request: Request, scope: str) -> bool:
    """Whether the request's token has the scope, and its owner's role the permission behind it."""
    token = request.auth
    return (
        isinstance(token, ApiToken) and scope in token.scopes and may(request.user, SCOPES[scope].permission)
    )
