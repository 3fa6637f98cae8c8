"""Who changed what: pghistory rows written by triggers, with the person and the request as context."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.apps import apps
from django.db.models import F, OuterRef, QuerySet, Subquery
from pghistory.models import Event as AuditRow

UNTOLD = {"id", "updated_at"}  # the one is told anyway, the other changes with every change


def audited(*, exclude: tuple[str, ...] = ()) -> Any:
    """Class decorator: keep every insert, update and delete of a model's rows, by trigger.

    `exclude` names cached columns whose changes are not history.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        level=pgtrigger.Statement,  # one set-based insert per statement: imports and merges touch many rows
        obj_field=pghistory.ObjForeignKey(db_index=True, related_name="audit_rows"),
    )


def audited_models() -> dict[str, Any]:
    """The history table of every audited model, by the model's label, for example "customers.account"."""
    tables: list[Any] = [
        model for model in apps.get_models() if issubclass(model, AuditRow) and hasattr(model, "pgh_obj")
    ]
    return {model.pgh_tracked_model._meta.label_lower: model for model in tables}


def changes(table: Any, object_id: int | None = None) -> QuerySet[Any]:
    """Rows of a history table with `previous`, the id of the row before it of the same object."""
    before = table.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    rows: QuerySet[Any] = table.objects.select_related("pgh_context").annotate(
        previous=Subquery(before.order_by("-pgh_id").values("pgh_id")[:1]), object_id=F("pgh_obj_id")
    )
    return rows.filter(pgh_obj_id=object_id) if object_id else rows


def differences(rows: list[Any]) -> list[dict[str, tuple[Any, Any]]]:
    """Per row what changed, name of the field → (before, after); one query for all the rows before."""
    if not rows:
        return []
    table: Any = type(rows[0])
    befores = table.objects.in_bulk([row.previous for row in rows if row.previous])
    names = {
        field.attname: str(field.verbose_name)
        for field in table._meta.fields
        if not field.name.startswith("pgh_") and field.name not in UNTOLD
    }
    return [difference(befores.get(row.previous), row, names) for row in rows]


def difference(before: Any, after: Any, names: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    pairs = {words: (getattr(before, name, None), getattr(after, name)) for name, words in names.items()}
    untold = () if before else (None, "")  # a new row has no empty fields to tell of
    return {words: pair for words, pair in pairs.items() if pair[0] != pair[1] and pair[1] not in untold}
