"""Some rows of a trial, to see with one's own eyes what would become of them."""

from __future__ import annotations

import json
from typing import Any

from django.utils import translation

from crm.core.importers import Importer
from customers.imports.staging import fetch

SHOWN = 5

FIRST_OF_EACH = """
    SELECT line, outcome, met, met_by, before, after, raw
    FROM (
        SELECT *, row_number() OVER (PARTITION BY outcome ORDER BY line) AS place
        FROM {staging} WHERE reason IS NULL AND outcome IS NOT NULL
    ) s
    WHERE place <= %(shown)s ORDER BY line
"""
FIRST_REFUSED = """
    SELECT line, reason, of_field, raw FROM {staging} WHERE reason IS NOT NULL ORDER BY line LIMIT %(shown)s
"""


def of(importer: Importer, table: str) -> list[dict[str, Any]]:
    """The first rows of each outcome and the first refused ones.

    Each has "line", "outcome" and "cells"; a changed one "changes" (label, before, after); one that meets a
    record "met" and "met_by"; a refused one "reason" and perhaps "label", its field.
    """
    with translation.override("en"):  # whoever reads it puts it into their own language
        labels = {field.name: str(field.label) for field in importer.fields}
    found = fetch(FIRST_OF_EACH.format(staging=table), {"shown": SHOWN})
    examples = [
        {
            "line": line,
            "outcome": outcome,
            "cells": json.loads(raw),
            "met": None if outcome == "new" else met,
            "met_by": labels.get(met_by, met_by),
            "changes": changes(labels, before, after),
        }
        for line, outcome, met, met_by, before, after, raw in found
    ]
    return sorted(examples + refused(table, labels), key=lambda example: example["line"])


def name_records(importer: Importer, examples: list[dict[str, Any]]) -> None:
    """Add what the records they met are called ("record") and where they are ("url")."""
    records = importer.show([example["met"] for example in examples if example.get("met")])
    for example in examples:
        if record := records.get(example.pop("met", None)):
            example.update(record=record.label, url=record.url)


def changes(labels: dict[str, str], before: Any, after: Any) -> list[dict[str, Any]]:
    olds, news = as_dict(before), as_dict(after)
    return [
        {"label": labels.get(name, name), "before": olds.get(name), "after": new}
        for name, new in news.items()
    ]


def as_dict(found: Any) -> dict[str, Any]:
    """jsonb of a raw cursor comes as text."""
    return json.loads(found) if isinstance(found, str) else found or {}


def refused(table: str, labels: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "outcome": "refused",
            "cells": json.loads(raw),
            "reason": reason,
            "label": labels.get(name, ""),
        }
        for line, reason, name, raw in fetch(FIRST_REFUSED.format(staging=table), {"shown": SHOWN})
    ]
