"""Run an import of some text and look at what it left."""

from __future__ import annotations

import gzip
from io import BytesIO
from typing import Any

from django.db import connection

from crm.core.jobs import run_slice
from crm.core.models import Job, User
from customers.imports.files import keep_upload
from customers.imports.jobs import start_import
from customers.imports.mapping import ImportMap
from customers.imports.purchases.importer import options_of

COLUMNS = {
    "number": "Order",
    "ordered_at": "Date",
    "account_number": "Customer",
    "sku": "Article",
    "description": "Description",
    "quantity": "Quantity",
    "unit_price": "Price",
}
HEADER = "Order,Date,Customer,Article,Description,Quantity,Price\n"
ORDER = HEADER + (
    "10521,2026-03-14 09:30,C-118,BL-5,Bleacher 5 rows,2,1499.00\n"
    "10521,2026-03-14 09:30,C-118,PAD-2,Wall padding,6,89.50\n"
)
DATA = (
    "customers_account",
    "customers_accountlink",
    "customers_accountevent",
    "customers_accountsummary",
    "customers_product",
    "customers_productevent",
    "customers_purchase",
    "customers_purchaseevent",
    "customers_purchaseline",
    "customers_return",
    "customers_returnevent",
    "customers_returnline",
    "customers_timelineentry",
    "core_outboxevent",
    "core_delivery",
)


def make_map(**changes: Any) -> ImportMap:
    return ImportMap.from_dict({"fields": COLUMNS, **changes})


def run_import(content: str | bytes, *, found: ImportMap | None = None, **options: Any) -> Job:
    """Import and work the job off, slice by slice."""
    raw = content.encode() if isinstance(content, str) else content
    job = queue_import(raw, found=found, **options)
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
    return job


def queue_import(
    raw: bytes, *, found: ImportMap | None = None, by: User | None = None, **options: Any
) -> Job:
    """Queue an import; further arguments are answers to the questions about purchases."""
    stored = keep_upload(BytesIO(raw))
    answers = options_of(**options)
    return start_import(stored=stored, name="test.csv", found=found or make_map(), by=by, options=answers)


def reasons(job: Job) -> dict[str, int]:
    """Rows by reason, with the field before it where the reason speaks of one."""
    return {
        ": ".join(filter(None, (reason.get("label"), reason["reason"]))): reason["rows"]
        for reason in job.report["reasons"]
    }


def parts(job: Job) -> dict[str, tuple[int, int]]:
    """What was added and changed, by what it is called."""
    return {part["label"]: (part["added"], part["changed"]) for part in job.report["parts"]}


def figures(job: Job) -> dict[str, int | str]:
    return {figure["label"]: figure["value"] for figure in job.report["figures"]}


def packed(content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0)


def checksums(tables: tuple[str, ...] = DATA) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of every table an import may touch."""
    with connection.cursor() as cursor:
        return {table: checksum(cursor, table) for table in tables}


def checksum(cursor: Any, table: str) -> tuple[int, str]:
    cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {table} t")
    return cursor.fetchone()
