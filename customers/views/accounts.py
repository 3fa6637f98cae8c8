"""One account: its screen, and the parts of it that refresh themselves."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.core.access import staff
from crm.core.views.answers import errors_on, sent, show_form
from customers.forms.accounts import AccountForm
from customers.forms.interactions import InteractionForm
from customers.models import Account
from customers.recents import remember
from customers.services.accounts import archive_account, create_account, restore_account, update_account
from customers.views import account_screen as screen
from customers.views.account_timeline import GROUPS, read_timeline
from customers.views.found import find_account, person
from customers.views.log import composer_context

PICKS = 8


@staff("customers.read")
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """The one screen: who they are, what happened, what is due, what to do next.

    The cards of other apps follow at once by `account_cards`; without JavaScript a link asks for them here.
    """
    found, user = find_account(request, pk), person(request)
    remember(request, found)
    context = {
        "account": found,
        "trail": screen.trail_to(found, user),
        "figures": screen.family_figures(found),
        "children": screen.children_of(found),
        "people": screen.people_of(found),
        "tasks": screen.open_tasks_of(found),
        "orders": screen.latest_orders_of(found),
        "next_message": screen.next_message_of(found),
        **composer_context(found, InteractionForm(account=found, user=user)),
        "facts": screen.filled_panels(found, user, "fact"),
        "panels": screen.filled_panels(found, user, "side") if "cards" in request.GET else None,
        **timeline_context(request, found),
    }
    return render(request, "customers/account.html", context)


def timeline_context(request: HttpRequest, found: Account) -> dict[str, object]:
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    timeline = read_timeline(found, group=group, before=request.GET.get("before", ""))
    return {"timeline": timeline, "groups": GROUPS, "group": group}


@staff("customers.read")
@require_GET
def account_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """The timeline alone: another group, or (with `before`) the older rows that follow."""
    found = find_account(request, pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{found.get_absolute_url()}?{request.GET.urlencode()}#timeline")
    part = "older" if "before" in request.GET else "timeline"
    context = {"account": found, **timeline_context(request, found)}
    return render(request, f"customers/parts/timeline.html#{part}", context)


@staff("customers.read")
@require_GET
def account_cards(request: HttpRequest, pk: int) -> HttpResponse:
    """What the apps show beside the timeline: however many they are, the screen does not wait for them."""
    found, user = find_account(request, pk), person(request)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{found.get_absolute_url()}?cards")
    context = {"account": found, "panels": screen.filled_panels(found, user, "side")}
    return render(request, "customers/parts/cards.html", context)


@staff("customers.read")
@require_GET
def account_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do next for the account, after something changed."""
    found = find_account(request, pk)
    context = {"account": found, "tasks": screen.open_tasks_of(found)}
    return render(request, "customers/parts/do_next.html", context)


@staff("accounts.write")
def account_new(request: HttpRequest) -> HttpResponse:
    """A new account, perhaps below the one that `?parent=` names."""
    user = person(request)
    start = {"owner": user.pk, "parent": request.GET.get("parent", "")}
    form = AccountForm(sent(request), user=user, initial=start)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = create_account(actor=user, **form.cleaned_data)
            messages.success(request, _("%(name)s is a customer now.") % {"name": made.name})
            return to_account(request, made)
    return show_form(request, "customers/account_form.html", form)


@staff("accounts.write")
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_account(request, pk)
    form = AccountForm(sent(request), user=person(request), instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_account(account=found, actor=person(request), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return to_account(request, found)
    return show_form(request, "customers/account_form.html", form, account=found)


def to_account(request: HttpRequest, changed: Account) -> HttpResponse:
    """The account's screen, or the list when it was just given to somebody else."""
    if Account.objects.visible_to(person(request)).filter(pk=changed.pk).exists():
        return redirect(changed)
    messages.info(request, _("%(name)s now belongs to somebody else.") % {"name": changed.name})
    return redirect("customers:accounts")


@staff("accounts.write")
@require_POST
def account_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the daily lists; the toast takes it back."""
    found = find_account(request, pk)
    archive_account(account=found, actor=person(request))
    undo = reverse("customers:account_restore", args=[pk])
    text = _("%(name)s is in the archive.") % {"name": found.name}
    messages.success(request, text, extra_tags=f"undo={undo}")
    return redirect(found)


@staff("accounts.write")
@require_POST
def account_restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_account(request, pk)
    restore_account(account=found, actor=person(request))
    messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return redirect(found)


@staff("customers.read")
@require_GET
def account_picks(request: HttpRequest) -> HttpResponse:
    """Accounts to choose from while somebody types, as radio buttons of the field `name`."""
    words = request.GET.get("account_words", "").strip()
    found = Account.objects.visible_to(person(request)).active().matching(words)
    context = {"accounts": found.order_by("name", "id")[:PICKS] if words else [], "words": words}
    return render(request, "customers/parts/account_picker.html#picks", context)
