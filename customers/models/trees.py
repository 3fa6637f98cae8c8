"""The newest rows of an account and everything below it, without reading the long histories of any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from django.db.models import Model

Place = tuple[dt.datetime, int]
END_OF_TIME = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
NEWEST = """
    SELECT newest.id
    FROM customers_accountlink link
    CROSS JOIN LATERAL (
        SELECT one.id, one.{moment} AS at FROM {table} one
        WHERE one.account_id = link.descendant_id AND (one.{moment}, one.id) < (%s, %s) {only}
        ORDER BY one.{moment} DESC, one.id DESC LIMIT %s
    ) newest
    WHERE link.ancestor_id = %s
    ORDER BY newest.at DESC, newest.id DESC LIMIT %s
"""


def newest_below(
    model: type[Model],
    account_id: int,
    *,
    moment: str,
    before: Place,
    limit: int,
    column: str = "",
    among: Collection[str] | None = None,
) -> RawSQL:
    """Ids of at most `limit` rows older than `before` in (`moment`, id), the newest first.

    With `column` only rows where it is `among` the given values. The model needs an index on (account,
    moment, id), from which each account's part is read.
    """
    only = f"AND one.{column} = ANY(%s)" if among is not None else ""
    chosen = [] if among is None else [list(among)]
    statement = NEWEST.format(table=model._meta.db_table, moment=moment, only=only)
    return RawSQL(statement, [*before, *chosen, limit, account_id, limit])  # noqa: S611  (names are ours)
