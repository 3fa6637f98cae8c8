"""The first page of the day, and the palette that leads everywhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from crm.core.access import may, staff
from crm.core.registry import Hit, registry
from crm.home import today as home
from customers.palette import hit
from customers.recents import recents
from customers.views.found import person
from customers.views.listing import Chip

PER_SOURCE = 6
LONGEST = 100


@staff("customers.read")
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What needs me today."""
    user, now, team = person(request), timezone.now(), "team" in request.GET
    tasks, coming = home.due_and_coming(user, now, team=team)
    book = home.book_of(user, team=team)
    context = {
        "greeting": home.greeting(user, now),
        "now": now,
        "summary": home.summary(tasks),
        "tasks": tasks,
        "coming": coming,
        "book": home.figures_of(book, tasks, user, now, team=team),
        "news": home.just_in(book, user, now),
        "cards": home.filled_cards(user, team=team),
        "team": team,
        "on_account": None,  # for the rows of tasks, which are shown on accounts, too
        "whose": [Chip(_("Mine"), "/", not team), Chip(_("My team"), "?team", team)],
    }
    return render(request, "home/today.html", context)


@staff("customers.read")
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Lines for what is typed; for an empty box what one might do, and what was open last."""
    words = " ".join(request.GET.get("q", "")[:LONGEST].replace("\0", "").split())
    groups = found(request, words) if words else suggestions(request)
    inline = request.htmx or request.headers.get("HX-Request")  # type: ignore[attr-defined]
    template = "core/palette_results.html" if inline else "home/palette.html"
    filled = [group for group in groups if group[1]]
    total = sum(len(hits) for _label, hits in filled)
    return render(request, template, {"q": words, "groups": filled, "total": total})


def found(request: HttpRequest, words: str) -> list[tuple[str, list[Hit]]]:
    """What every app finds for this person."""
    user = person(request)
    return [(str(source.label), list(source.find(user, words, PER_SOURCE))) for source in registry.palette]


def suggestions(request: HttpRequest) -> list[tuple[str, list[Hit]]]:
    return [
        (_("Opened last"), [hit(thing) for thing in recents(request)]),
        (_("Do"), actions(request)),
        (_("Go to"), places(request)),
    ]


def actions(request: HttpRequest) -> list[Hit]:
    """What can be begun from anywhere."""
    user = person(request)
    offered = [
        (
            "interactions.write",
            Hit(_("Log an interaction"), "L", reverse("log_interaction"), icon="message-plus"),
        ),
        (
            "accounts.write",
            Hit(_("New customer"), "", reverse("customers:account_new"), icon="building-plus"),
        ),
        ("products.write", Hit(_("New product"), "", reverse("customers:product_new"), icon="box")),
    ]
    return [line for permission, line in offered if may(user, permission)]


def places(request: HttpRequest) -> list[Hit]:
    user = person(request)
    return [
        Hit(str(item.label), "", reverse(item.url_name), item.icon)
        for item in registry.nav
        if may(user, item.permission)
    ]
