"""Triggers on customers and people: what the tables of outreach need of them."""

from __future__ import annotations

import pgtrigger


def needed_by_messages(column: str) -> pgtrigger.Trigger:
    """No message points to a row that was deleted, at the commit; new ones see to it themselves."""
    return pgtrigger.Trigger(
        name="needed_by_messages",
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        timing=pgtrigger.Deferred,
        func=f"""
            IF EXISTS (SELECT 1 FROM customers_message WHERE {column} = OLD.id) THEN
                RAISE EXCEPTION 'messages still point to row % of %', OLD.id, TG_TABLE_NAME
                    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'needed_by_messages';
            END IF;
            RETURN NULL;
        """,  # noqa: S608  (a column of ours)
    )


def has_touch_row() -> pgtrigger.Trigger:
    """Every contact has the row that claims lock, so that no claim has to add it."""
    return pgtrigger.Trigger(
        name="contact_has_touch_row",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="added"),
        func="""
            INSERT INTO customers_contacttouch (contact_id) SELECT id FROM added;
            RETURN NULL;
        """,
    )
