"""What stays because of a later import becomes that import's: it goes when that one is taken back, too."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from customers.imports.reverting.choosing import Choice
from customers.imports.reverting.links import Link, key_column, label, trace_of
from customers.imports.staging import execute, fetch

HAND_ON = """
    UPDATE customers_importchange a SET job_id = found.job_id
    FROM (
        SELECT k.id, min(n.job_id) AS job_id
        FROM taking_kept k {later}
        WHERE k.model = %(model)s AND n.job_id <> %(job)s GROUP BY k.id
    ) found
    WHERE a.job_id = %(job)s AND a.model = %(model)s AND a.action = 'added' AND a.row_id = found.id
"""
WRITTEN = "JOIN customers_importchange n ON n.model = k.model AND n.row_id = k.id"
POINTED_TO = """
    JOIN {table} c ON c.{column} = k.id AND {where}
    JOIN customers_importchange n ON n.model = %(owner)s AND n.row_id = c.{owner_column}
"""
WOULD_POINT_TO = """
    JOIN customers_importchange n
      ON n.model = %(child)s AND n.action = 'changed' AND (n.old ->> %(column)s)::bigint = k.id
"""


def hand_on(choice: Choice) -> None:
    """Let later imports take over what this one added and they use, and what that is made of."""
    if not fetch("SELECT 1 FROM taking_kept LIMIT 1"):
        return
    for model in choice.models:
        execute(HAND_ON.format(later=WRITTEN), {"model": label(model), "job": choice.job.pk})
    for link in choice.links:
        about = {"child": label(link.child), "column": link.column, "job": choice.job.pk}
        execute(HAND_ON.format(later=WOULD_POINT_TO), {"model": label(link.parent), **about})
    links = choice.links
    while sum(hand_to_owners(choice, link) for link in links):
        pass


def hand_to_owners(choice: Choice, link: Link) -> int:
    """Rows pointed to by what a later import wrote, or by what goes along with it."""
    handed = 0
    for owner, owner_column in [(link.child, key_column(link.child)), *owners_of(link.child)]:
        later = POINTED_TO.format(
            table=link.child._meta.db_table,
            column=link.column,
            where=link.where,
            owner_column=owner_column,
        )
        about = {"model": label(link.parent), "owner": label(owner), "job": choice.job.pk}
        handed += execute(HAND_ON.format(later=later), about)
    return handed


def owners_of(child: type[Model]) -> list[tuple[type[Model], str]]:
    """The models that rows of this one go along with, and the columns by which."""
    trace = trace_of(child)
    fields: list[Any] = [child._meta.get_field(name) for name in (trace.along if trace else ())]
    return [(field.related_model, field.column) for field in fields]
