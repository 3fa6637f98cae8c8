"""What every list of ours does: a page by the cursor in the address, and chips that lead elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from crm.core.paging import DEFAULT_SIZE, BadCursor, Page, paginate

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Chip:
    """A filter as a link (see templates/core/chips.html)."""

    label: _StrOrPromise
    url: str
    active: bool
    count: int | None = None


def page_of(request: HttpRequest, found: QuerySet[M], *, order: str, size: int = DEFAULT_SIZE) -> Page[M]:
    """The page that `?cursor=` asks for. Raises BadRequest for a cursor that is not of this list."""
    try:
        return paginate(found, order=order, cursor=request.GET.get("cursor"), size=size)
    except BadCursor as error:
        raise BadRequest(str(error)) from error
