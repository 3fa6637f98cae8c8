"""Related rows by id, of those the token's owner may see: others do not exist, in bodies and in filters."""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignKey, OneToOneField, QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet, ModelChoiceFilter
from rest_framework.request import Request
from rest_framework.serializers import PrimaryKeyRelatedField

from crm.core.models import User


def visible_rows(rows: Any, request: Request | None) -> Any:
    if request is None or not isinstance(request.user, User):
        return rows.none()
    return rows.visible_to(request.user)


class VisibleRelatedField(PrimaryKeyRelatedField[Any]):
    def get_queryset(self) -> Any:
        return visible_rows(super().get_queryset(), self.context.get("request"))


class VisibleChoiceFilter(ModelChoiceFilter):
    """Refuses a foreign id in the words for a missing one. What belongs to no customer all may name."""

    def get_queryset(self, request: Request | None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return visible_rows(rows, request) if hasattr(rows, "visible_to") else rows


class VisibleFilterSet(FilterSet):
    FILTER_DEFAULTS = {
        **FilterSet.FILTER_DEFAULTS,
        **{
            field: {**FilterSet.FILTER_DEFAULTS[field], "filter_class": VisibleChoiceFilter}
            for field in (ForeignKey, OneToOneField)
        },
    }


class VisibleFilterBackend(DjangoFilterBackend):
    filterset_base = VisibleFilterSet
