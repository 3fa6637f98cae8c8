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
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone, translation

P = ParamSpec("P")
Row = TypeVar("Row")
Shape = tuple[object, ...]
FAR_ID, FAR_DAY, ELSEWHERE = 2_000_000_011, dt.datetime(2222, 2, 2, tzinfo=dt.UTC), "Pacific/Apia"
LARGEST = 2**63 - 1  # Django itself answers questions for larger ids, without asking the database
QUERIES: list[Callable[..., list[Any]]] = []


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
        found = list(rows)
        del rows.query.get_compiler  # or query and compiler would hold each other until they are collected
        return found


def compiled(build: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """Make a function that builds a queryset from values into one that answers with its rows.

    Its arguments come by position. It passes each on to a filter, unless it is None or a boolean: only these
    may decide what the query is like. They are ids, moments, days, amounts, words, or lists for `= ANY`;
    others are a TypeError. Nothing else may make a difference: not the clock, nor the reader's zone or
    language, nor a setting. That the arguments turn up in the SQL as they are, and all of them, is tried out
    with the first values of each shape; a query that does not keep to it is built each time. Rows come from
    the default database.
    """
    known: dict[Shape, Compiled | None] = {}

    @wraps(build)
    def ask(*args: P.args, **options: P.kwargs) -> list[Row]:
        if options:
            raise TypeError(f"{build.__name__} takes its arguments by position.")
        shape = shape_of(args)
        try:
            if shape not in known:
                known[shape] = prepare(build, args)
        except EmptyResultSet:  # for these values alone
            return list(build(*args, **options))
        found = known[shape]
        if found is None or any(isinstance(arg, int) and abs(arg) > LARGEST for arg in args):
            return list(build(*args, **options))
        return found.fetch(args)

    ask.known = known  # type: ignore[attr-defined]
    QUERIES.append(ask)
    return ask


def shape_of(args: Sequence[object]) -> Shape:
    return tuple(arg if decides(arg) else type(arg) for arg in args)


def decides(arg: object) -> bool:
    """Whether an argument may decide what the query is like."""
    return arg is None or isinstance(arg, bool)


def stand_in(value: object, number: int) -> object:
    """A value that is met nowhere else. Raises TypeError for those whose place could not be told."""
    if decides(value):
        return value
    made: dict[type, object] = {
        int: FAR_ID + number,
        str: f"the argument number {number}",
        list: [FAR_ID + number],
        Decimal: Decimal(FAR_ID + number),
        dt.datetime: FAR_DAY + dt.timedelta(microseconds=number),
        dt.date: FAR_DAY.date() + dt.timedelta(days=number),
    }
    if type(value) not in made:
        raise TypeError(f"A compiled query takes no {type(value).__name__}.")
    return made[type(value)]


def prepare(build: Callable[..., QuerySet[Any, Any]], args: Sequence[object]) -> Compiled | None:
    """The compiled query, if all arguments turn up in it unchanged and nothing else makes a difference.

    Raises EmptyResultSet, as Django does where it need not ask.
    """
    strangers = [stand_in(arg, number) for number, arg in enumerate(args)]
    with timezone.override(ZoneInfo(ELSEWHERE)), translation.override(None):
        queryset = build(*strangers)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
    places = tuple(
        (place, number)
        for place, param in enumerate(params)
        for number, stranger in enumerate(strangers)
        if not decides(stranger) and type(param) is type(stranger) and param == stranger
    )
    found = Compiled(queryset, compiler, sql, tuple(params), places)
    wanted = {number for number, arg in enumerate(args) if not decides(arg)}
    if {number for _place, number in places} != wanted or found.filled(args) != statement_of(build(*args)):
        return None
    return found


def statement_of(queryset: QuerySet[Any, Any]) -> tuple[str, tuple[object, ...]]:
    sql, params = queryset.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(params)
