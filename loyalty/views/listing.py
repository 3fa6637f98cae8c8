"""Pages of lists."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from crm.core.paging import BadCursor, Page, paginate

M = TypeVar("M", bound=Model)


def page_of(request: HttpRequest, queryset: QuerySet[M], *, order: str) -> Page[M]:
    """The page that the address asks for; one that we didn't make is not found."""
    try:
        return paginate(queryset, order=order, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404(str(error)) from error
