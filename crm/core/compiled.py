"""Queries that every page asks: their SQL is worked out once per process.

Building a queryset and writing its SQL takes Django longer than Postgres takes to answer it, and comes out
the same each time but for the values.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

P = ParamSpec("P")
Row = TypeVar("Row")
Shape = tuple[object, ...]
FAR_ID, FAR_DAY = 2_000_000_011, dt.datetime(2222, 2, 2, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Compiled:
    """A query that waits for its values: `places` are positions in `params` with the arguments' numbers."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[object, ...]
    places: tuple[tuple[int, int], ...]

    def filled(self, args: Sequence[object]) -> tuple[str, tuple[object, ...]]:
        params = list(self.params)
        for place, number in self.places:
            params[place] = args[number]
        return self.sql, tuple(params)

    def fetch(self, args: Sequence[object]) -> list[Any]:
        """The rows, as the queryset itself would give them."""
        statement = self.filled(args)
        rows = self.queryset._clone()  # type: ignore[attr-defined]  # a queryset that was not asked yet
        compiler = copy.copy(self.compiler)
        compiler.query, compiler.connection = rows.query, connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *args, **options: statement  # type: ignore[method-assign,assignment]
        rows.query.get_compiler = lambda *args, **options: compiler
        return list(rows)


def compiled(build: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """Make a function that builds a queryset from values into one that answers with its rows.

    It may pass its arguments on to filters, nothing else: they are ids, moments, amounts, words or lists for
    `= ANY`, and only None and booleans may decide what the query is like. Whether that is so is tried out
    with the first values of each shape; a query that does not keep to it is built each time.
    """
    known: dict[Shape, Compiled | None] = {}

    @wraps(build)
    def ask(*args: P.args, **options: P.kwargs) -> list[Row]:
        assert not options, "by position only"
        shape = shape_of(args)
        if shape not in known:
            known[shape] = prepare(build, args)
        found = known[shape]
        return found.fetch(args) if found else list(build(*args, **options))

    ask.known = known  # type: ignore[attr-defined]
    return ask


def shape_of(args: Sequence[object]) -> Shape:
    return tuple(arg if arg is None or isinstance(arg, bool) else type(arg) for arg in args)


def stand_in(value: object, number: int) -> object:
    """A value that is met nowhere else."""
    if isinstance(value, dt.datetime):
        return FAR_DAY + dt.timedelta(microseconds=number)
    if isinstance(value, Decimal):
        return Decimal(FAR_ID + number)
    if isinstance(value, list):
        return [FAR_ID + number]
    if isinstance(value, str):
        return f"the argument number {number}"
    if isinstance(value, int) and not isinstance(value, bool):
        return FAR_ID + number
    return value


def prepare(build: Callable[..., QuerySet[Any, Any]], args: Sequence[object]) -> Compiled | None:
    """The compiled query, if the values of the arguments turn up in it unchanged and change nothing else."""
    strangers = [stand_in(arg, number) for number, arg in enumerate(args)]
    queryset, real = build(*strangers), build(*args)
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    places = tuple(
        (place, number)
        for place, param in enumerate(params)
        for number, stranger in enumerate(strangers)
        if type(param) is type(stranger) and param == stranger and not isinstance(param, bool)
    )
    found = Compiled(queryset, compiler, sql, tuple(params), places)
    return found if found.filled(args) == statement_of(real) else None


def statement_of(queryset: QuerySet[Any, Any]) -> tuple[str, tuple[object, ...]]:
    sql, params = queryset.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(params)
