"""Keyset paging on `(sort column, id)`: one helper for pages and API alike, no offsets anywhere."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
CAP = 1000
DEFAULT_SIZE = 50
UNCOUNTED = "uncounted"


class BadCursor(BadRequest):
    """The cursor in the URL was not made by us, or for another order: a 400, wherever nobody catches it."""


@dataclass(frozen=True)
class Page(Generic[M]):
    """A page of rows with the cursors of its neighbours (None where there is none)."""

    rows: list[M]
    next: str | None
    previous: str | None

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def paginate(
    queryset: QuerySet[M],
    *,
    order: str,
    cursor: str | None = None,
    size: int = DEFAULT_SIZE,
    uncounted: bool = False,
) -> Page[M]:
    """One page of `queryset` in the order of `order` ("name" or "-at"), ties by id the same way.

    The sort column must be indexed together with id and never NULL (annotate a Coalesce with an expression
    index where it can be). `uncounted` is remembered by the cursors, see `is_uncounted`. Raises BadCursor.
    """

    def ask(value: Any, pk: int | None, back: bool) -> list[M]:
        return list(rows_from(queryset, order, value, pk, back, size=size))

    return page_by(ask, order=order, cursor=cursor, size=size, uncounted=uncounted)


def page_by(
    ask: Callable[[Any, int | None, bool], list[M]],
    *,
    order: str,
    cursor: str | None,
    size: int = DEFAULT_SIZE,
    uncounted: bool = False,
) -> Page[M]:
    """The same of rows that `ask` answers for a place and a direction, see `rows_from`. Raises BadCursor."""
    back, value, pk, _ = decode(cursor, order) if cursor else (False, None, None, False)
    rows = ask(value, pk, back)
    more = len(rows) > size
    rows = rows[:size]
    if back:
        rows.reverse()
    column = order.removeprefix("-")

    def at(row: M, backwards: bool) -> str:
        return encode(row, column, order, backwards, uncounted)

    has_next, has_previous = (bool(cursor), more) if back else (more, bool(cursor))
    return Page(
        rows=rows,
        next=at(rows[-1], False) if rows and has_next else None,
        previous=at(rows[0], True) if rows and has_previous else None,
    )


def rows_from(
    queryset: QuerySet[M], order: str, value: Any, pk: int | None, back: bool, *, size: int = DEFAULT_SIZE
) -> QuerySet[M]:
    """The rows of a page behind a place (None: from the start), and one more if there is one.

    Raises BadCursor.
    """
    column, descending = order.removeprefix("-"), order.startswith("-")
    if pk is not None:
        queryset = after_cursor(queryset, beyond(column, value, pk, descending != back))
    sign = "-" if descending != back else ""
    columns = [f"{sign}{column}"] if column in ("id", "pk") else [f"{sign}{column}", f"{sign}pk"]
    return queryset.order_by(*columns)[: size + 1]


def page_of(
    request: HttpRequest,
    found: QuerySet[M],
    *,
    order: str,
    size: int = DEFAULT_SIZE,
    uncounted: bool = False,
) -> Page[M]:
    """The page that `?cursor=` asks for. Raises BadCursor."""
    cursor = request.GET.get("cursor")
    return paginate(found, order=order, cursor=cursor, size=size, uncounted=uncounted)


def is_uncounted(request: HttpRequest, *, order: str) -> bool:
    """Whether this is a further page of a list that was too long to be counted. Raises BadCursor."""
    cursor = request.GET.get("cursor")
    return decode(cursor, order)[3] if cursor else False


def after_cursor(queryset: QuerySet[M], condition: Q) -> QuerySet[M]:
    """The rows behind a cursor, whose value may be of another type than the column. Raises BadCursor."""
    try:
        return queryset.filter(condition)
    except (ValidationError, ValueError, TypeError, ArithmeticError) as error:
        raise BadCursor("This page link is not one of ours.") from error


def beyond(column: str, value: Any, pk: Any, smaller: bool) -> Q:
    """Rows after (column, id) in the direction of travel; the first condition is the one an index can use."""
    side = "lt" if smaller else "gt"
    if column in ("id", "pk"):
        return Q(**{f"pk__{side}": pk})
    return Q(**{f"{column}__{side}e": value}) & (Q(**{f"{column}__{side}": value}) | Q(**{f"pk__{side}": pk}))


def encode(row: Model, column: str, order: str, back: bool, uncounted: bool) -> str:
    value: Any = row
    for part in column.split("__"):
        value = getattr(value, part)
    more = [UNCOUNTED] if uncounted else []
    packed = json.dumps([order, back, tag(value), row.pk, *more], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def tag(value: Any) -> list[str | int]:
    """A JSON form that keeps the type of what can be sorted by."""
    if isinstance(value, dt.datetime):
        return ["t", value.isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    if isinstance(value, Decimal):
        return ["n", str(value)]
    if isinstance(value, int):
        return ["i", value]
    return ["s", str(value)]


def finite(text: str) -> Decimal:
    """A number as columns hold them. Raises ValueError for infinities and what is no number."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def sendable(text: Any) -> str:
    """Words that the database takes. Raises ValueError for NUL and halves of characters."""
    words = str(text)
    words.encode()
    if "\0" in words:
        raise ValueError(words)
    return words


def moment(text: str) -> dt.datetime:
    """A moment of some zone. Raises ValueError."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


READERS: dict[str, Callable[[Any], Any]] = {
    "t": moment,
    "d": dt.date.fromisoformat,
    "n": finite,
    "i": int,
    "s": sendable,
}


def decode(cursor: str, order: str) -> tuple[bool, Any, int, bool]:
    """Whether it leads backwards, the value and the id to go on from, and whether the list is uncounted."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        made_for, back, (kind, value), pk, *more = json.loads(raw)
        if more not in ([], [UNCOUNTED]):
            raise BadCursor("This page link is not one of ours.")
        if made_for != order:
            raise BadCursor("This page link belongs to another order.")
        if not isinstance(pk, int) or isinstance(pk, bool) or abs(pk) >= 2**63:
            raise BadCursor("This page link is not one of ours.")
        return bool(back), READERS[kind](value), pk, more == [UNCOUNTED]
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise BadCursor("This page link is not one of ours.") from error


def few_ids(queryset: QuerySet[Any], cap: int = CAP) -> list[int] | None:
    """The ids of the rows, unless there are more than `cap`.

    What is asked once this way need not be asked again for count and page: see `crm.core.arrays.one_of`.
    """
    ids = list(queryset.order_by().values_list("pk", flat=True)[: cap + 1])
    return ids if len(ids) <= cap else None


def capped_count(queryset: QuerySet[Any], cap: int = CAP) -> tuple[int, bool]:
    """How many rows, counted no further than `cap`; the second value says that there are more."""
    found = queryset.order_by()[: cap + 1].count()
    return min(found, cap), found > cap
