"""Related rows by id, of those the token's owner may see: others do not exist."""

from __future__ import annotations

from typing import Any

from rest_framework.serializers import PrimaryKeyRelatedField

from crm.core.models import User


class VisibleRelatedField(PrimaryKeyRelatedField[Any]):
    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        request = self.context.get("request")
        if request is None or not isinstance(request.user, User):
            return rows.none()
        return rows.visible_to(request.user)
