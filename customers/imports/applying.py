"""Apply staged rows: everything or nothing, in one transaction; or try it out and roll it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pghistory
from django.db import transaction
from django.utils import translation

from crm.core.importers import ImportField, ImportRun
from crm.core.jobs import NotYet
from crm.core.models import Job
from customers.imports import examples, files, staging
from customers.imports.mapping import ImportMap
from customers.imports.staging import execute, fetch

ONE_AT_A_TIME = 7_219_003  # two imports that name the same customers would wait for each other in circles

COUNT_REASONS = """
    SELECT reason, of_field, count(*) FROM {staging}
    WHERE reason IS NOT NULL GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2
"""
COUNT_OUTCOMES = """
    SELECT outcome, count(*) FROM {staging} WHERE reason IS NULL AND outcome IS NOT NULL GROUP BY 1
"""
REFUSED_ROWS = (
    "SELECT line, reason, of_field, {beside}, raw FROM {staging} WHERE reason IS NOT NULL ORDER BY line"
)


def apply(job: Job, found: ImportMap) -> dict[str, Any]:
    """Write what is staged for the job; answers the report. Raises Cancelled, and then nothing was written.

    The report counts rows "read", "kept" and "refused" (with "reasons"), rows by "outcomes" where the
    importer tells them, and what was added and changed per part; "figures" are the importer's own.
    """
    with applied(job, found, is_trial=False) as report:
        return report


def try_out(job: Job, found: ImportMap) -> dict[str, Any]:
    """What `apply` would write: it is written, looked at, and rolled back. The report has "examples" too."""
    with transaction.atomic():
        with applied(job, found, is_trial=True) as report:
            report["examples"] = examples.of(found.reads_for, staging.table_of(job.pk))
            keep_refused(job, found, report)
        transaction.set_rollback(True)
    examples.name_records(found.reads_for, report["examples"])  # as they are, not as they would be
    return report


def take_turn() -> None:
    """Be the only import, check or take-back until the end of the transaction. Raises NotYet."""
    if not fetch("SELECT pg_try_advisory_xact_lock(%(key)s)", {"key": ONE_AT_A_TIME})[0][0]:
        raise NotYet


@contextmanager
def applied(job: Job, found: ImportMap, *, is_trial: bool) -> Iterator[dict[str, Any]]:
    with transaction.atomic(), pghistory.context(user=job.created_by_id, job=job.pk):
        take_turn()
        # Checks that wait for the commit are walked through by every audit row: that would be quadratic.
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        run = run_of(job, found, is_trial=is_trial)
        report = found.reads_for.apply(run)
        written: dict[str, Any] = {
            "parts": [asdict(part) for part in report.parts],
            "figures": [{"label": label, "value": value} for label, value in report.figures.items()],
        }
        written["changed"] = any(part.added or part.changed for part in report.parts)
        run.check_cancelled()
        yield counts_of_file(run, found) | written


def run_of(job: Job, found: ImportMap, *, is_trial: bool) -> ImportRun:
    mapped = frozenset({*found.fields, *found.defaults})
    clears = {field.name for field in found.reads_for.fields if field.can_clear and not field.is_key}
    return ImportRun(
        job=job,
        table=staging.table_of(job.pk),
        mapped=mapped,
        clears=frozenset(clears & set(found.fields)) if found.clear else frozenset(),
        options=job.params.get("options") or {},
        is_trial=is_trial,
    )


def counts_of_file(run: ImportRun, found: ImportMap) -> dict[str, Any]:
    fields = {field.name: field for field in found.reads_for.fields}
    reasons = [
        {"reason": reason, **about(fields.get(name)), "rows": number}
        for reason, name, number in fetch(COUNT_REASONS.format(staging=run.table))
    ]
    refused = sum(reason["rows"] for reason in reasons)
    read = staging.count(run.job.pk) or 0
    return {
        "read": read,
        "refused": refused,
        "kept": read - refused,
        "reasons": reasons,
        "outcomes": dict(fetch(COUNT_OUTCOMES.format(staging=run.table))),
    }


def about(field: ImportField | None) -> Mapping[str, str]:
    """The field a reason speaks of by its English name: reports are put into words by who reads them."""
    if field is None:
        return {}
    with translation.override("en"):
        return {"label": str(field.label)}


def keep_refused(job: Job, found: ImportMap, report: dict[str, Any]) -> None:
    """Write the file of refused rows, if there are any, and name it in the report."""
    if not report["refused"]:
        return
    importer = found.reads_for
    beside = importer.refused_with
    statement = REFUSED_ROWS.format(
        staging=staging.table_of(job.pk), beside=beside[0] if beside else "NULL::text"
    )
    labels = {field.name: field.label for field in importer.fields}
    report["refused_file"] = files.write_refused(
        job.pk,
        files.refused_table(job.cursor["header"], staging.stream(statement), labels, beside and beside[1]),
    )
