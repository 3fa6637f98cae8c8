"""What has to follow when rows go or get their old values: sums, timelines, and whoever listens."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from crm.core.events import publish_many
from crm.core.models import Job
from crm.core.registry import registry
from customers.events import RowsTakenBack
from customers.imports.reverting.choosing import Choice, grow
from customers.imports.reverting.links import as_sql, label, model_named, taken_table, trace_of
from customers.imports.reverting.restoring import changed_models, changed_table
from customers.imports.staging import execute, fetch
from customers.models import (
    ImportChange,
    Purchase,
    PurchaseLine,
    Return,
    ReturnLine,
    TimelineEntry,
)
from customers.services import summaries

SLICE = 500
PARENTS: dict[type[Model], tuple[type[Model], str]] = {
    PurchaseLine: (Purchase, "purchase_id"),
    ReturnLine: (Return, "return_of_id"),
}

TAKE_KEYED = """
    INSERT INTO {entries}
    SELECT t.id, true FROM {taken} g
    JOIN customers_timelineentry t ON t.key = replace(%(key)s, '{{id}}', g.id::text)
    ON CONFLICT DO NOTHING
"""
# What timelines tell of an order besides its purchase has the order's address.
TAKE_LINKED = """
    INSERT INTO {entries}
    SELECT t.id, true FROM {taken} g JOIN customers_purchase p ON p.id = g.id
    JOIN customers_timelineentry t
      ON t.account_id = p.account_id AND t.link = %(link)s || p.id || %(link_end)s
    ON CONFLICT DO NOTHING
"""
TOUCHED = "CREATE TEMPORARY TABLE taking_touched (id bigint PRIMARY KEY) ON COMMIT DROP"
TOUCH = "INSERT INTO taking_touched {accounts} ON CONFLICT DO NOTHING"
SUMS = "CREATE TEMPORARY TABLE taking_sums (line_table text, id bigint) ON COMMIT DROP"
NOTE_SUMS = """
    INSERT INTO taking_sums
    SELECT DISTINCT %(lines)s, l.{parent} FROM {lines} l JOIN ({ids}) g ON g.id = l.id
"""
ADD_UP = """
    UPDATE {table} t SET total = s.total
    FROM (
        SELECT l.{parent} AS id, sum(l.amount) AS total FROM {lines} l
        WHERE l.{parent} IN (SELECT id FROM taking_sums WHERE line_table = %(lines)s) GROUP BY l.{parent}
    ) s WHERE s.id = t.id AND t.total <> s.total
"""
TELL = """
    INSERT INTO customers_timelineentry (account_id, kind, at, link, data, key)
    SELECT t.id, 'customers.import_taken_back', %(at)s, '', jsonb_build_object('title', %(title)s),
           'import-taken-back:' || %(job)s || ':' || t.id
    FROM taking_touched t JOIN customers_account a ON a.id = t.id
"""
GONE = "SELECT id FROM {taken}"
CHANGED_BACK = "SELECT id FROM {changed}"  # perhaps a delivery that has not happened now
RETURNED = """
    SELECT r.purchase_id FROM customers_return r JOIN {taken} g ON g.id = r.id
    WHERE r.purchase_id IS NOT NULL
"""


def begin(job: Job, choice: Choice) -> None:
    """Note, while all of it is still there, whose sums will change, and announce what goes."""
    execute(TOUCHED)
    execute(SUMS)
    for model in choice.models:
        note(model, f"SELECT id FROM {taken_table(model)} WHERE own")  # noqa: S608  (names are ours)
    for model in changed_models(job):
        note(model, f"SELECT id FROM {changed_table(model)}")  # noqa: S608
    announce(job, choice)


def note(model: type[Model], ids: str) -> None:
    handler = registry.customer_data.get(model._meta.label)
    if handler and handler.account:
        rows = model._base_manager.filter(pk__in=RawSQL(ids, []))  # noqa: S611  (names are ours)
        execute(TOUCH.format(accounts=as_sql(rows.values(handler.account))), {})
    if model in PARENTS:
        lines, (_parent, column) = model._meta.db_table, PARENTS[model]
        execute(NOTE_SUMS.format(lines=lines, parent=column, ids=ids), {"lines": lines})


def announce(job: Job, choice: Choice) -> None:
    """Whose points, questions and sequences hang on what goes, hears of it."""
    affected = []
    if Purchase in choice.models:
        affected.append(GONE.format(taken=taken_table(Purchase)))
    if Return in choice.models:
        affected.append(RETURNED.format(taken=taken_table(Return)))
    if Purchase in changed_models(job):
        affected.append(CHANGED_BACK.format(changed=changed_table(Purchase)))
    if affected:
        publish_ids(label(Purchase), [row[0] for row in fetch(" UNION ".join(affected) + " ORDER BY 1")])
    added = ImportChange.objects.filter(job=job, action="added").order_by("row_id")
    for name in added.order_by("model").values_list("model", flat=True).distinct():
        if (trace := trace_of(model_named(name))) and trace.stay:
            publish_ids(name, list(added.filter(model=name).values_list("row_id", flat=True)))


def publish_ids(model: str, ids: list[int]) -> None:
    slices = [ids[start : start + SLICE] for start in range(0, len(ids), SLICE)]
    publish_many([RowsTakenBack(model=model, ids=some) for some in slices])


def take_told(choice: Choice) -> None:
    """What timelines tell of the rows that go, goes as well."""
    choice.take(TimelineEntry)
    entries = taken_table(TimelineEntry)
    for model in choice.models:
        if (trace := trace_of(model)) and trace.told:
            execute(TAKE_KEYED.format(entries=entries, taken=taken_table(model)), {"key": trace.told})
    if Purchase in choice.models:
        link, link_end = reverse("customers:purchase", args=[0]).split("0")
        statement = TAKE_LINKED.format(entries=entries, taken=taken_table(Purchase))
        execute(statement, {"link": link, "link_end": link_end})
    grow(choice, [TimelineEntry])


def finish(job: Job) -> None:
    """Add up what lost lines, refresh the figures of customers that stay, and tell their timelines."""
    for model, (parent, column) in PARENTS.items():
        names: dict[str, Any] = {"lines": model._meta.db_table, "table": parent._meta.db_table}
        execute(ADD_UP.format(parent=column, **names), {"lines": names["lines"]})
    summaries.refresh(row[0] for row in fetch("SELECT id FROM taking_touched"))
    execute(TELL, {"at": timezone.now(), "title": job.title, "job": job.pk})
    execute("DROP TABLE taking_touched, taking_sums")
