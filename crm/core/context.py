"""What every page's frame needs: the company, and the places this person may go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from crm.core.access import may
from crm.core.models import Company, Theme
from crm.core.registry import NavItem, registry
from crm.core.wording import Reader

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

PALETTE, LOG = "palette", "log_interaction"


@dataclass(frozen=True)
class NavLink:
    """A place in the navigation as this person sees it now."""

    label: _StrOrPromise
    url: str
    icon: str
    active: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame. Nothing is looked up for a page that does not show it."""
    person = getattr(request, "user", None)
    signed_in = bool(person and person.is_authenticated)
    return {
        "reader": Reader.at(timezone.now()),
        "company": SimpleLazyObject(Company.load),
        "theme": person.theme if person and signed_in else Theme.AUTO,
        "nav": SimpleLazyObject(lambda: links(request, "main")) if signed_in else [],
        "user_menu": SimpleLazyObject(lambda: links(request, "user")) if signed_in else [],
        "palette_url": address(PALETTE) if signed_in else "",
        "log_url": address(LOG) if signed_in and may(person, "interactions.write") else "",
    }


def links(request: HttpRequest, section: str) -> list[NavLink]:
    """The registered places of a section that this person may open; the deepest match is the active one."""
    shown = [item for item in registry.nav if item.section == section and may(request.user, item.permission)]
    urls = {item.url_name: url_of(item.url_name) for item in shown}
    here = max((url for url in urls.values() if contains(url, request.path)), key=len, default="")
    return [link(item, urls[item.url_name], here) for item in shown]


def link(item: NavItem, url: str, here: str) -> NavLink:
    return NavLink(label=item.label, url=url, icon=item.icon, active=url == here)


def contains(place: str, path: str) -> bool:
    """Whether a page belongs to a place; the start page contains only itself."""
    return path == place or (place != "/" and path.startswith(place))


@cache
def url_of(url_name: str) -> str:
    return reverse(url_name)


def address(url_name: str) -> str:
    """The URL of a page of a higher floor, empty while that floor has none."""
    try:
        return url_of(url_name)
    except NoReverseMatch:
        return ""
