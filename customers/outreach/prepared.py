"""A statement that is planned once for many executions, for one that takes as long to plan as to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from django.db import connection


class Prepared:
    """`sql` names its parameters as psycopg does; `types` says what each of them is.

    The plan holds for any values, and until it is made anew: that should be now and then, as tables grow.
    """

    def __init__(self, name: str, sql: str, types: Mapping[str, str]) -> None:
        numbered = {parameter: f"${number}" for number, parameter in enumerate(types, start=1)}
        casts = ", ".join(f"%({parameter})s::{kind}" for parameter, kind in types.items())
        self.name = name
        self.prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {sql % numbered}"
        self.execute_sql = f"EXECUTE {name} ({casts})"
        self.ready: WeakSet[Any] = WeakSet()

    def fetch(self, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute it on the current connection and answer its rows."""
        with connection.cursor() as cursor:
            if connection.connection not in self.ready:
                cursor.execute("SET plan_cache_mode = force_generic_plan")
                cursor.execute(self.prepare)
                self.ready.add(connection.connection)
            cursor.execute(self.execute_sql, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def plan_anew(self) -> None:
        """Have the next execution on this connection make a plan for the tables as they are then."""
        if connection.connection in self.ready:
            self.ready.discard(connection.connection)
            with connection.cursor() as cursor:
                cursor.execute(f"DEALLOCATE {self.name}")
