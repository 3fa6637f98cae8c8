"""Many ids as one value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Lookup
from django.db.models.expressions import RawSQL


class EqualsAny(Lookup[Any]):
    """`column = ANY(array)`, the array a list or what a subquery finds."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        if isinstance(self.rhs, RawSQL):
            found, more = compiler.compile(self.rhs)
            return f"{column} = ANY(ARRAY{found})", [*params, *more]
        return f"{column} = ANY(%s)", [*params, self.rhs]


def equals_any(column: str, values: Collection[int] | Collection[str]) -> EqualsAny:
    """Equal to one of many; the column may be a foreign key or lie behind some."""
    return EqualsAny(F(column), list(values))


def equals_any_of(column: str, subquery: RawSQL) -> EqualsAny:
    """Equal to one of the few that a subquery finds: it is answered first, then each of them looked up."""
    return EqualsAny(F(column), subquery)


def among(ids: Collection[int]) -> EqualsAny:
    """`pk__in` for hundreds of ids, which are neither resolved nor planned one by one."""
    return equals_any("pk", ids)


def one_of(ids: list[int]) -> RawSQL:
    """`pk__in` for a page's worth of ids or two thousand: looked up, not met on the way through an index."""
    return RawSQL("SELECT unnest(%s::bigint[])", [ids])
