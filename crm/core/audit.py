"""Who changed what: pghistory rows written by triggers, with the person and the request as context."""

from __future__ import annotations

from typing import Any

import pghistory


def audited(*, exclude: tuple[str, ...] = ()) -> Any:
    """Class decorator: keep every insert, update and delete of a model's rows, by trigger.

    `exclude` names cached columns whose changes are not history.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        obj_field=pghistory.ObjForeignKey(db_index=True, related_name="audit_rows"),
    )
