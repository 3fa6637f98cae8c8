"""Apply staged rows: everything or nothing, in one transaction, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import connection, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.jobs import Cancelled
from crm.core.models import Company, Job
from customers.imports import announcing, sql, staging
from customers.imports.mapping import ImportMap
from customers.models import (
    Account,
    Product,
    Purchase,
    PurchaseLine,
    PurchaseStatus,
    Return,
    ReturnLine,
    TimelineEntry,
)
from customers.services import summaries

ONE_AT_A_TIME = 7_219_003  # two imports that name the same customers would wait for each other in circles


class NumberTaken(Exception):
    """Somebody recorded an order of the same number meanwhile; the job tries again and finds it."""


@dataclass(frozen=True)
class Kind:
    """What purchases and returns have apart from each other."""

    is_return: bool
    table: str
    lines: str
    parent: str
    touch: str


# Reasons that only show beside other rows.
REFUSALS = {
    sql.REFUSE_LONG_NUMBERS: gettext_noop("The order number is longer than 60 characters"),
    sql.REFUSE_TWO_CUSTOMERS: gettext_noop("The lines of this order name different customers"),
    sql.REFUSE_FOREIGN_PURCHASES: gettext_noop("An order of this number belongs to another customer"),
    sql.REFUSE_FOREIGN_RETURNS: gettext_noop("A return of this number belongs to another customer"),
    sql.REFUSE_SAME_ORDINAL: gettext_noop("The order has this line twice"),
    sql.REFUSE_HUGE_ORDERS: gettext_noop("The order adds up to too much"),
}

WRITTEN = ("accounts", "products", "purchases", "returns")
PURCHASES = Kind(False, "customers_purchase", "customers_purchaseline", "purchase_id", ", updated_at = now()")
RETURNS = Kind(True, "customers_return", "customers_returnline", "return_of_id", "")


def apply(job: Job, found: ImportMap) -> dict[str, Any]:
    """Write what is staged for the job; answers the report. Raises Cancelled, and then nothing was written.

    The report counts rows "read", "kept" and "refused" (with "reasons"), and what was "added" and "changed"
    of accounts, products, purchases and returns; "net" is the money of the accepted rows.
    """
    with transaction.atomic(), pghistory.context(user=job.created_by_id, job=job.pk):
        run("SELECT pg_advisory_xact_lock(%(key)s)", {"key": ONE_AT_A_TIME})
        # Checks that wait for the commit are walked through by every audit row: that would be quadratic.
        run("SET CONSTRAINTS ALL IMMEDIATE")
        refuse(job, found)
        accounts, products = add_accounts(job), add_products()
        gather(job)
        check_cancelled(job)
        report = counts_of_file(job)
        report |= {"accounts": {"added": accounts}, "products": {"added": products}}
        report |= {"purchases": write_purchases(), "returns": write_returns()}
        report["changed"] = any(number for part in WRITTEN for number in report[part].values())
        check_cancelled(job)
        note_on_timelines()
        summaries.refresh(touched_accounts())
        announcing.announce()
        run("DROP TABLE import_line, import_order")
        check_cancelled(job)
        return report


def refuse(job: Job, found: ImportMap) -> None:
    """Number orders and lines, and refuse rows for reasons that only show beside other rows."""
    names = {"staging": staging.table_of(job.pk)}
    if found.number_from:
        run(sql.NUMBER_ORDERS.format(**names))
    run(sql.NUMBER_LINES.format(**names))
    run("ANALYZE import_line")
    for statement, reason in REFUSALS.items():
        run(statement, {"reason": reason})
    run(sql.KEEP_REASONS.format(**names))


def gather(job: Job) -> None:
    """One row per order or return, with what is there already."""
    since = job.params.get("treat_as_new_since")
    run(sql.GATHER_ORDERS, {"statuses": PurchaseStatus.values, "since": since})
    run("ANALYZE import_order")


def counts_of_file(job: Job) -> dict[str, Any]:
    reasons = rows(sql.COUNT_REASONS.format(staging=staging.table_of(job.pk)))
    refused = sum(number for _reason, number in reasons)
    read = staging.count(job.pk) or 0
    [(customers, net)] = rows(sql.ADD_UP_FILE)
    return {
        "read": read,
        "refused": refused,
        "kept": read - refused,
        "reasons": [{"reason": reason, "rows": number} for reason, number in reasons],
        "customers": customers,
        "net": str(round(net, 2)),
    }


def add_accounts(job: Job) -> int:
    """Customers the file names for the first time; known ones stay as they are."""
    return add(
        Account,
        rows_of=sql.ADD_ACCOUNTS,
        columns=("external_id", "name", "city", "country", "customer_since"),
        params={"customer": _("Customer #"), "zone": Company.load().time_zone},
        owner_id=job.params.get("owner"),
    )


def add_products() -> int:
    """Articles the file names for the first time; known ones stay as they are."""
    return add(Product, rows_of=sql.ADD_PRODUCTS, columns=("sku", "name"))


def write_purchases() -> dict[str, int]:
    statuses = {"statuses": PurchaseStatus.values}
    changed = run(sql.CHANGE_PURCHASES, statuses)
    columns = ("account_id", "number", "status", "ordered_at", "shipped_at", "delivered_at", "installed_at")
    added = add(
        Purchase, rows_of=sql.ADD_PURCHASES, columns=(*columns, "total", "is_history"), params=statuses
    )
    find_added(PURCHASES, added)
    columns = ("purchase_id", "ordinal", "product_id", "description", "quantity", "unit_price", "unit_cost")
    return {"added": added, "changed": changed, **write_lines(PURCHASES, PurchaseLine, columns)}


def write_returns() -> dict[str, int]:
    changed = run(sql.CHANGE_RETURNS)
    columns = ("account_id", "number", "returned_at", "total", "is_history", "purchase_id")
    added = add(Return, rows_of=sql.ADD_RETURNS, columns=columns)
    find_added(RETURNS, added)
    columns = ("return_of_id", "ordinal", "product_id", "description", "quantity", "unit_price")
    return {"added": added, "changed": changed, **write_lines(RETURNS, ReturnLine, columns)}


def find_added(kind: Kind, added: int) -> None:
    """Give the gathered orders the ids of the rows made for them."""
    if run(sql.FIND_ADDED.format(table=kind.table, is_return=kind.is_return)) != added:
        raise NumberTaken


def write_lines(kind: Kind, model: type[models.Model], columns: Sequence[str]) -> dict[str, int]:
    names = {"table": kind.lines, "parent": kind.parent, "is_return": kind.is_return}
    changed = run(sql.CHANGE_LINES.format(**names))
    added = add(model, rows_of=sql.ADD_LINES.format(**names), columns=columns)
    adding = {"table": kind.table, "lines": kind.lines, "parent": kind.parent, "touch": kind.touch}
    run(sql.ADD_UP.format(is_return=kind.is_return, **adding))
    return {"lines_added": added, "lines_changed": changed}


def note_on_timelines() -> None:
    link, link_end = reverse("customers:purchase", args=[0]).split("0")
    for statement in (sql.NOTE_PURCHASES, sql.NOTE_RETURNS):
        add(
            TimelineEntry,
            rows_of=statement,
            columns=("account_id", "kind", "at", "link", "data", "key"),
            params={"link": link, "link_end": link_end},
        )


def touched_accounts() -> list[int]:
    return [row[0] for row in rows("SELECT DISTINCT account_id FROM import_order")]


def add(
    model: type[models.Model],
    *,
    rows_of: str,
    columns: Sequence[str],
    params: dict[str, Any] | None = None,
    **constants: Any,
) -> int:
    """INSERT … SELECT of `columns`; every other column gets its constant or the model's default."""
    defaults = {
        field.column: field.get_db_prep_save(constants.get(field.column, default_of(field)), connection)
        for field in model._meta.local_concrete_fields
        if field.column not in columns and not field.primary_key and not field.generated
    }
    targets = ", ".join([*columns, *defaults])
    values = ", ".join([*columns, *(f"%({name})s" for name in defaults)])
    table = model._meta.db_table
    added = run(
        f"INSERT INTO {table} ({targets}) SELECT {values} FROM ({rows_of}) found",  # noqa: S608  (names are ours)
        {**(params or {}), **defaults},
    )
    if added:
        run(
            f"ANALYZE {table}"
        )  # without it the next statement would be planned for a table without these rows
    return added


def default_of(field: models.Field[Any, Any]) -> Any:
    return timezone.now() if getattr(field, "auto_now", False) else field.get_default()


def run(statement: str, params: dict[str, Any] | None = None) -> int:
    return staging.execute(statement, params or {})


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def check_cancelled(job: Job) -> None:
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise Cancelled
