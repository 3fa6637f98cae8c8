"""Turn staged lines into customers, articles, orders and returns, set by set."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.importers import ImportRun, Part, Report
from crm.core.models import Company, Job
from customers.imports import changes
from customers.imports.purchases import announcing, sql
from customers.imports.staging import execute, fetch
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


class NumberTaken(Exception):
    """Somebody recorded an order of the same number meanwhile; the job tries again and finds it."""


@dataclass(frozen=True)
class Kind:
    """What purchases and returns have apart from each other."""

    is_return: bool
    model: type[models.Model]
    line_model: type[models.Model]
    parent: str
    line_columns: tuple[str, ...]


LINE_COLUMNS = ("product_id", "description", "quantity", "unit_price")
PURCHASES = Kind(
    False, Purchase, PurchaseLine, "purchase_id", ("purchase_id", "ordinal", *LINE_COLUMNS, "unit_cost")
)
RETURNS = Kind(True, Return, ReturnLine, "return_of_id", ("return_of_id", "ordinal", *LINE_COLUMNS))

# Reasons that only show beside other rows.
REFUSALS = {
    sql.REFUSE_LONG_NUMBERS: gettext_noop("The order number is longer than 60 characters"),
    sql.REFUSE_TWO_CUSTOMERS: gettext_noop("The lines of this order name different customers"),
    sql.REFUSE_FOREIGN_PURCHASES: gettext_noop("An order of this number belongs to another customer"),
    sql.REFUSE_FOREIGN_RETURNS: gettext_noop("A return of this number belongs to another customer"),
    sql.REFUSE_SAME_ORDINAL: gettext_noop("The order has this line twice"),
    sql.REFUSE_HUGE_ORDERS: gettext_noop("The order adds up to too much"),
}


def apply(run: ImportRun) -> Report:
    """Write what is staged."""
    refuse(run)
    accounts, products = add_accounts(run), add_products(run.job)
    gather(run)
    run.check_cancelled()
    [(customers, net)] = fetch(sql.ADD_UP_FILE)
    if run.is_trial:
        execute(sql.TELL_OUTCOMES.format(staging=run.table), {"statuses": PurchaseStatus.values})
    parts = [Part(gettext_noop("Customers"), accounts), Part(gettext_noop("Articles"), products)]
    parts += [*write_purchases(run.job), *write_returns(run.job)]
    run.check_cancelled()
    if not run.is_trial:
        tell(run.job)
    execute("DROP TABLE import_line, import_order")
    return Report(
        parts, {gettext_noop("Customers in the file"): customers, gettext_noop("Net"): str(round(net, 2))}
    )


def tell(job: Job) -> None:
    """What follows from what was written: timelines, summaries, and events for what counts as new."""
    note_on_timelines(job)
    summaries.refresh(row[0] for row in fetch("SELECT DISTINCT account_id FROM import_order"))
    announcing.announce()


def refuse(run: ImportRun) -> None:
    """Number orders and lines, and refuse rows for reasons that only show beside other rows."""
    names = {"staging": run.table}
    if run.job.params["map"].get("number_from"):
        execute(sql.NUMBER_ORDERS.format(**names))
    execute(sql.NUMBER_LINES.format(**names))
    execute("ANALYZE import_line")
    for statement, reason in REFUSALS.items():
        execute(statement, {"reason": reason})
    execute(sql.KEEP_REASONS.format(**names))


def gather(run: ImportRun) -> None:
    """One row per order or return, with what is there already."""
    since = run.options.get("treat_as_new_since")
    moment = since and dt.datetime.combine(dt.date.fromisoformat(since), dt.time.min, Company.load().zone)
    execute(sql.GATHER_ORDERS, {"statuses": PurchaseStatus.values, "since": moment})
    execute("ANALYZE import_order")


def add_accounts(run: ImportRun) -> int:
    """Customers the file names for the first time; known ones stay as they are."""
    return changes.add(
        run.job,
        Account,
        rows_of=sql.ADD_ACCOUNTS,
        columns=("external_id", "name", "city", "country", "customer_since"),
        key="'#' || external_id",  # as in files of customers, whose names are keys as well
        params={"customer": _("Customer #"), "zone": Company.load().time_zone},
        owner_id=run.options.get("owner"),
    )


def add_products(job: Job) -> int:
    """Articles the file names for the first time; known ones stay as they are."""
    return changes.add(job, Product, rows_of=sql.ADD_PRODUCTS, columns=("sku", "name"), key="sku")


def write_purchases(job: Job) -> list[Part]:
    statuses = {"statuses": PurchaseStatus.values}
    columns = ("ordered_at", "status", "shipped_at", "delivered_at", "installed_at")
    changed = changes.change(job, Purchase, rows_of=sql.CHANGE_PURCHASES, columns=columns, params=statuses)
    added = changes.add(
        job,
        Purchase,
        rows_of=sql.ADD_PURCHASES,
        columns=("account_id", "number", *columns, "total", "is_history"),
        key="number",
        params=statuses,
    )
    find_added(PURCHASES, added)
    lines = write_lines(job, PURCHASES, label=gettext_noop("Lines of orders"))
    return [Part(gettext_noop("Orders"), added, changed), lines]


def write_returns(job: Job) -> list[Part]:
    changed = changes.change(job, Return, rows_of=sql.CHANGE_RETURNS, columns=("returned_at",))
    columns = ("account_id", "number", "returned_at", "total", "is_history", "purchase_id")
    added = changes.add(job, Return, rows_of=sql.ADD_RETURNS, columns=columns, key="number")
    find_added(RETURNS, added)
    lines = write_lines(job, RETURNS, label=gettext_noop("Lines of returns"))
    return [Part(gettext_noop("Returns"), added, changed), lines]


def find_added(kind: Kind, added: int) -> None:
    """Give the gathered orders the ids of the rows made for them."""
    table = kind.model._meta.db_table
    if execute(sql.FIND_ADDED.format(table=table, is_return=kind.is_return)) != added:
        raise NumberTaken


def write_lines(job: Job, kind: Kind, *, label: str) -> Part:
    names = {"lines": kind.line_model._meta.db_table, "parent": kind.parent, "is_return": kind.is_return}
    names["table"] = kind.model._meta.db_table
    changed = changes.change(
        job, kind.line_model, rows_of=sql.CHANGE_LINES.format(**names), columns=LINE_COLUMNS
    )
    added = changes.add(
        job,
        kind.line_model,
        rows_of=sql.ADD_LINES.format(**names),
        columns=kind.line_columns,
        key=f"{kind.parent} || ':' || ordinal",
        noted="NOT goes_with_order",
    )
    changes.change(job, kind.model, rows_of=sql.ADD_UP.format(**names), columns=("total",))
    return Part(label, added, changed)


def note_on_timelines(job: Job) -> None:
    link, link_end = reverse("customers:purchase", args=[0]).split("0")
    for statement in (sql.NOTE_PURCHASES, sql.NOTE_RETURNS):
        changes.add(
            job,
            TimelineEntry,
            rows_of=statement,
            columns=("account_id", "kind", "at", "link", "data", "key"),
            key="r.key",
            noted="false",
            params={"link": link, "link_end": link_end},
        )
