"""Keyset pages for the API: `?cursor=…&limit=…`, links to the neighbours, no counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.paging import DEFAULT_SIZE, BadCursor, Page, paginate

if TYPE_CHECKING:
    from rest_framework.views import APIView

LARGEST = 500


class KeysetPagination(BasePagination):
    """Views name their `order`; callers may page forth and back and choose up to 500 rows a page."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        self.request = request
        try:
            self.page: Page[Any] = paginate(
                queryset,
                order=getattr(view, "order", "-id"),
                cursor=request.query_params.get("cursor"),
                size=read_limit(request),
            )
        except BadCursor as error:
            raise ValidationError({"cursor": str(error)}) from error
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"results": data, "next": self.link(self.page.next), "previous": self.link(self.page.previous)}
        )

    def link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = {**self.request.query_params.dict(), "cursor": cursor}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": DEFAULT_SIZE},
            },
        ]


def read_limit(request: Request) -> int:
    try:
        limit = int(request.query_params.get("limit", DEFAULT_SIZE))
    except ValueError:
        limit = 0
    if not 1 <= limit <= LARGEST:
        raise ValidationError({"limit": f"A whole number from 1 to {LARGEST}."})
    return limit
