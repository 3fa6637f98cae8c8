"""What can be taken out as a file: apps keep such lists in their `exports` modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from crm.core.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class Column:
    """A column of a file: its heading, and the lookup path of its value. Left out without the permission."""

    name: str
    path: str
    permission: str = ""


@dataclass(frozen=True, kw_only=True)
class Export:
    """A list that can be taken out as a file.

    `rows(user, filters)` gives what the person may see, narrowed by the filters in the address of the list's
    page; they are written in the order of their primary keys. `in_words` tells those filters to people.
    """

    name: str
    label: _StrOrPromise
    columns: Sequence[Column]
    rows: Callable[[User, Mapping[str, str]], QuerySet[Any]]
    in_words: Callable[[User, Mapping[str, str]], Mapping[str, str]] = field(default=lambda user, filters: {})
    permission: str = "customers.read"
    order: int = 50
