"""The book of what left the house as a file."""

from __future__ import annotations

from collections.abc import Mapping

from crm.core.models import Download, User


def record_download(
    *,
    user: User,
    kind: Download.Kind,
    rows: int,
    subject: int | None = None,
    filters: Mapping[str, str] | None = None,
) -> Download:
    """Write down that somebody takes out a file with `rows` rows; call it before handing the file over."""
    return Download.objects.create(
        user=user, kind=kind, rows=rows, subject=subject, filters=dict(filters or {})
    )
