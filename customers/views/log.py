"""Writing down what was said: the composer, its suggestions, and the dialog that opens from everywhere."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from crm.core.access import staff
from crm.core.views.answers import INVALID, errors_on, sent
from customers.forms.interactions import InteractionForm
from customers.models import Account, Contact, Interaction, ProductLine
from customers.recents import recents
from customers.services.interactions import log_interaction
from customers.views.account_screen import last_contact_of
from customers.views.found import find_account, person

SUGGESTIONS = 8


@staff("interactions.write")
def account_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what happened with an account; what was wrong comes back with everything that was typed."""
    account, user = find_account(request, pk), person(request)
    form = InteractionForm(sent(request), account=account, user=user)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            return logged(request, log_interaction(account=account, author=user, **form.wishes))
    template = "customers/log.html"
    if request.htmx:  # type: ignore[attr-defined]
        template = f"customers/parts/{'composer' if form.is_bound else 'log_dialog'}.html"
    context = composer_context(account, form)
    return render(request, template, context, status=INVALID if form.errors else 200)


def composer_context(account: Account, form: InteractionForm) -> dict[str, object]:
    """What the composer shows; a new one begins with whom was spoken last."""
    last = None if form.is_bound else last_contact_of(account)
    return {"account": account, "form": form, "picked": [last] if last else form.picked}


def logged(request: HttpRequest, interaction: Interaction) -> HttpResponse:
    """Saved: an empty composer again, and the news for the rest of the page."""
    account, text = interaction.account, _("Saved.")
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, text)
        return redirect(account)
    fresh = InteractionForm(account=account, user=person(request))
    context = composer_context(account, fresh)
    answer = render(request, "customers/parts/composer.html", context)
    answer["HX-Trigger"] = json.dumps({"interaction-logged": True, "toast": {"text": text}})
    return answer


@staff("interactions.write")
@require_safe
def log_interaction_dialog(request: HttpRequest) -> HttpResponse:
    """Choose the customer, then write; the last ones that were open stand on top."""
    words = request.GET.get("account_words", "").strip()
    if words:
        visible = Account.objects.visible_to(person(request)).active()
        found = list(visible.matching(words).order_by("name", "id")[:SUGGESTIONS])
    else:
        found = [thing for thing in recents(request, only=["account"]) if isinstance(thing, Account)]
    inline = request.htmx  # type: ignore[attr-defined]
    template = "customers/parts/log_pick.html" if inline else "customers/log_pick_page.html"
    if inline and "account_words" in request.GET:
        template += "#found"
    return render(request, template, {"accounts": found, "words": words})


@staff("interactions.write")
@require_GET
def people_options(request: HttpRequest, pk: int) -> HttpResponse:
    """People of the customer for an @ in the composer."""
    account = find_account(request, pk)
    found = Contact.objects.visible_to(person(request)).of_family(account).active().select_related("account")
    words = request.GET.get("q", "").strip()
    found = found.matching(words) if words else found.filter(account=account)
    context = {"people": found.order_by("first_name", "last_name", "id")[:SUGGESTIONS]}
    return render(request, "customers/parts/suggestions.html#people", context)


@staff("interactions.write")
@require_GET
def product_line_options(request: HttpRequest) -> HttpResponse:
    """Product lines for a # in the composer."""
    words = request.GET.get("q", "").strip().replace("\0", "")
    found = ProductLine.objects.filter(name__icontains=words) if words else ProductLine.objects.all()
    context = {"lines": found.order_by("name")[:SUGGESTIONS]}
    return render(request, "customers/parts/suggestions.html#lines", context)
