"""What a person opened last, kept in their session and shown by the palette."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from customers.models import Account, Contact, Purchase

KEY = "recents"
MOST = 8
Thing = Account | Contact | Purchase
MODELS: dict[str, type[Account] | type[Contact] | type[Purchase]] = {
    "account": Account,
    "contact": Contact,
    "purchase": Purchase,
}


def remember(request: HttpRequest, thing: Thing) -> None:
    """Put an opened page on top of the list; the session is saved only when the list changed."""
    seen = [type(thing).__name__.lower(), thing.pk]
    before = request.session.get(KEY, [])
    if before[:1] != [seen]:
        request.session[KEY] = [seen, *(other for other in before if other != seen)][:MOST]


def recents(request: HttpRequest, *, only: Sequence[str] = tuple(MODELS)) -> list[Thing]:
    """What was opened last and may still be seen, the latest first."""
    seen = [(name, pk) for name, pk in request.session.get(KEY, []) if name in only]
    found: dict[tuple[str, int], Thing] = {}
    for name in {name for name, pk in seen}:
        visible: QuerySet[Any] = MODELS[name].objects.visible_to(request.user)  # type: ignore[arg-type]
        if name != "account":
            visible = visible.select_related("account")
        for thing in visible.filter(pk__in=[pk for other, pk in seen if other == name]):
            found[name, thing.pk] = thing
    return [found[key] for key in seen if key in found]
