"""Access of views that are not ours: libraries' URLs, declared by name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.urls import URLPattern, URLResolver

from crm.core.access import access_of, public, staff

Included = tuple[Any, str | None, str | None]


def for_staff(included: Included, *, open_names: Collection[str]) -> Included:
    """What `include()` gave, every view for signed-in staff but those named, which anybody may call."""
    module = included[0]
    patterns: Any = getattr(module, "urlpatterns", module)
    declare_all(patterns, open_names)
    return included


def declare_all(patterns: list[URLPattern | URLResolver], open_names: Collection[str]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            declare_all(pattern.url_patterns, open_names)
        elif access_of(pattern.callback) is None:
            mark = public if pattern.name in open_names else staff("profile.write")
            mark(pattern.callback)
