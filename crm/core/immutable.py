"""History that cannot be rewritten: triggers that only `unlocked()` may pass.

Nothing is revoked, because foreign keys need the right; the guard looks at a setting that lives as long as
the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection, transaction

SETTING = "perennial.unlocked"


def immutable(name: str, *, allow_update_of: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """A trigger that refuses to change or delete rows of an append-only table.

    Columns in `allow_update_of` (roll-ups, read marks) may still change.
    """
    same = ""
    if allow_update_of:
        cleared = " - ".join(["to_jsonb({row})", *(f"'{column}'" for column in allow_update_of)])
        same = (
            "IF TG_OP = 'UPDATE' AND "
            f"({cleared.format(row='OLD')}) = ({cleared.format(row='NEW')}) THEN RETURN NEW; END IF;"
        )
    return pgtrigger.Trigger(
        name=f"{name}_immutable",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF current_setting('{SETTING}', true) = 'on' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
            END IF;
            {same}
            RAISE EXCEPTION '% rows cannot be changed or deleted', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}_immutable';
        """,
    )


@contextmanager
def unlocked() -> Iterator[None]:
    """Let erasure and retention pass the guards for one transaction and no longer. Blocks may be nested."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true), set_config(%s, 'on', true)", [SETTING, SETTING])
        before: str | None = cursor.fetchone()[0]
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, before or "off"])
