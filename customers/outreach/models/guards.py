"""What messages point to is there. Foreign keys would say so too, but look at each of a million rows."""

from __future__ import annotations

import pgtrigger

# Read once: what a million messages look like may not fit into memory, but their ids do.
POINTED_AT = """
    SELECT array_agg(DISTINCT contact_id) AS contacts, array_agg(DISTINCT account_id) AS accounts,
           array_agg(DISTINCT topic_id) AS topics, array_agg(DISTINCT content_id) AS contents,
           array_agg(DISTINCT version_id) FILTER (WHERE version_id IS NOT NULL) AS versions
    INTO ids FROM added;
"""
# Executed and not just stated, to be planned for as many as there are this time.
COUNT = """
    EXECUTE 'SELECT count(*) FROM (SELECT FROM {table} WHERE {key} = ANY ($1) {lock}) there'
    INTO there USING ids.{ids};
    IF there < cardinality(ids.{ids}) THEN {refuse}
    END IF;
"""
REFUSE = """
        RAISE EXCEPTION 'a message points to something that is not there'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';
"""
POINTERS = {
    "contacts": ("customers_contact", "id"),
    "accounts": ("customers_account", "id"),
    "topics": ("customers_topic", "slug"),
    "contents": ("customers_content", "id"),
    "versions": ("customers_contentversion", "id"),
}
DELETABLE = ("contacts", "accounts")  # locked as a foreign key locks them: they stay until we commit


def counts() -> str:
    """SQL that refuses new messages as soon as one of the five is missing."""
    return "".join(
        COUNT.format(
            ids=ids, table=table, key=key, lock="FOR KEY SHARE" if ids in DELETABLE else "", refuse=REFUSE
        )
        for ids, (table, key) in POINTERS.items()
    )


ADDED = pgtrigger.Trigger(
    name="message_points_somewhere",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="added"),
    declare=[("ids", "record"), ("there", "bigint")],
    func=POINTED_AT + counts() + "RETURN NULL;",
)


def moved(field: str, table: str) -> pgtrigger.Trigger:
    """The same for a message that is handed to another row."""
    return pgtrigger.Trigger(
        name=f"message_moves_to_{field}",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(f"{field}_id"),
        condition=pgtrigger.Condition(f"OLD.{field}_id <> NEW.{field}_id"),
        func=f"""
    PERFORM 1 FROM {table} WHERE id = NEW.{field}_id FOR KEY SHARE;
    IF NOT FOUND THEN {REFUSE}
    END IF;
    RETURN NULL;
        """,
    )


GUARDS = [ADDED, moved("contact", "customers_contact"), moved("account", "customers_account")]
