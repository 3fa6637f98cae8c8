"""Many ids as one parameter."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Lookup


class EqualsAny(Lookup[Any]):
    """`column = ANY(array)`."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]


def equals_any(column: str, values: Collection[int] | Collection[str]) -> EqualsAny:
    """The same for another column, which may be a foreign key or lie behind some."""
    return EqualsAny(F(column), list(values))


def among(ids: Collection[int]) -> EqualsAny:
    """`pk__in` for hundreds of ids, which are neither resolved nor planned one by one."""
    return equals_any("pk", ids)
