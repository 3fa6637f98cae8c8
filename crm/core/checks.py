"""System checks: mistakes that should stop a release, not surprise a user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from crm.core.access import access_of


def walk_urls(
    patterns: Sequence[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every route of the project as (path pattern, URLPattern)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk_urls(pattern.url_patterns, path)
        else:
            yield path, pattern


@register(Tags.urls)
def every_view_declares_access(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{path}: {pattern.callback.__module__}.{getattr(pattern.callback, '__name__', '?')} "
            "does not say who may call it.",
            hint="Decorate it with staff(...), by_link or public from crm.core.access.",
            id="core.E001",
        )
        for path, pattern in walk_urls()
        if access_of(pattern.callback) is None
    ]
