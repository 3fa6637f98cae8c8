"""Write down what happened to an account, once per key, in the transaction of what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import Json, execute_values

from crm.core.models import User
from crm.core.registry import registry

INSERT = """
    WITH added AS (
        INSERT INTO customers_timelineentry (account_id, contact_id, actor_id, kind, at, link, data, key)
        SELECT * FROM (VALUES %s) AS new (account_id, contact_id, actor_id, kind, at, link, data, key)
        ON CONFLICT (key) DO NOTHING
        RETURNING id
    ) SELECT id FROM added
"""


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """A timeline row to be. `data` holds ids and figures, `words` what a person said (kept apart)."""

    account_id: int
    kind: str
    at: dt.datetime = field(default_factory=timezone.now)
    contact_id: int | None = None
    actor_id: int | None = None
    link: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    key: str | None = None


def record(
    *,
    account_id: int,
    kind: str,
    at: dt.datetime | None = None,
    contact_id: int | None = None,
    actor: User | None = None,
    link: str = "",
    data: dict[str, Any] | None = None,
    words: str = "",
    key: str | None = None,
) -> None:
    """Add one entry, once per `key`. Raises KeyError for an unregistered kind."""
    record_many(
        [
            NewEntry(
                account_id=account_id,
                kind=kind,
                at=at or timezone.now(),
                contact_id=contact_id,
                actor_id=actor.pk if actor else None,
                link=link,
                data=data or {},
                words=words,
                key=key,
            )
        ]
    )


@transaction.atomic
def record_many(entries: Sequence[NewEntry]) -> None:
    """Add entries in slices of a thousand, skipping those whose key is there already."""
    for entry in entries:
        registry.timeline_kinds[entry.kind]
    for start in range(0, len(entries), 1000):
        insert(entries[start : start + 1000])


def insert(entries: Sequence[NewEntry]) -> None:
    with connection.cursor() as cursor:
        for entry in (entry for entry in entries if entry.words):
            insert_with_words(cursor, entry)
        plain = [row_of(entry) for entry in entries if not entry.words]
        if plain:
            execute_values(cursor.cursor, INSERT, plain, template=TEMPLATE, page_size=1000)


TEMPLATE = "(%s::bigint, %s::bigint, %s::bigint, %s, %s::timestamptz, %s, %s::jsonb, %s)"
INSERT_WITH_WORDS = """
    WITH added AS (
        INSERT INTO customers_timelineentry (account_id, contact_id, actor_id, kind, at, link, data, key)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
    ) INSERT INTO customers_timelinewords (entry_id, text) SELECT id, %s FROM added
"""


def insert_with_words(cursor: Any, entry: NewEntry) -> None:
    cursor.execute(INSERT_WITH_WORDS, [*row_of(entry), entry.words])


def row_of(entry: NewEntry) -> tuple[Any, ...]:
    return (
        entry.account_id,
        entry.contact_id,
        entry.actor_id,
        entry.kind,
        entry.at,
        entry.link,
        Json(entry.data),
        entry.key,
    )
