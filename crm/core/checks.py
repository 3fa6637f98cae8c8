"""System checks: mistakes that should stop a release, not surprise a user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from crm.core.access import access_of
from crm.core.api.views import ReadResource
from crm.core.models import Role


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
            hint="Decorate it with staff(...), public or behind_link, see crm.core.access and views.links.",
            id="core.E001",
        )
        for path, pattern in walk_urls()
        if access_of(pattern.callback) is None
    ]


@register(Tags.urls)
def every_resource_knows_who_may_see_it(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{resource.__module__}.{resource.__name__} cannot tell whose rows somebody sees.",
            hint="Give its rows a visible_to(user), or say that they are `shared`.",
            id="core.E002",
        )
        for resource in resources()
        if not resource.shared and not hasattr(resource().rows(), "visible_to")
    ]


def resources() -> set[type[ReadResource[Any]]]:
    """The API's resources among the views of all routes."""
    views = (getattr(pattern.callback, "cls", None) for _path, pattern in walk_urls())
    return {view for view in views if isinstance(view, type) and issubclass(view, ReadResource)}


@register(Tags.security)
def new_people_get_a_modest_role(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The provider may let strangers in, but not hand out admin's rights."""
    role = settings.OIDC_NEW_PEOPLE_ROLE
    allowed = sorted(set(Role.values) - {Role.ADMIN})
    if not role or role in allowed:
        return []
    return [Error(f"OIDC_NEW_PEOPLE_ROLE is {role!r}.", hint=f"One of {', '.join(allowed)}.", id="core.E003")]
