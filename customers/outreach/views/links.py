"""What the links in a mail lead to. GET and HEAD change nothing: scanners follow every link there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from crm.core.access import by_link
from customers.outreach import services
from customers.outreach.forms import PreferencesForm
from customers.outreach.links import find_contact, find_message, message_token, preferences_url
from customers.outreach.views.showing import confined, document, rendered


def from_mail(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a token: nobody keeps it, nobody is told where the reader came from.

    The token is the authority and no cookie is, so that there is nothing for a forged request to ride on.
    """

    @by_link
    @csrf_exempt
    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def not_ours(request: HttpRequest) -> HttpResponse:
    """A token we did not make, or one whose person is gone: the same words for both."""
    context = {
        "title": _("This link does not work"),
        "text": _("It may have been cut in two on its way. Open it once more from our mail."),
        "mark": "clock",
    }
    return render(request, "core/public_state.html", context, status=404)


@from_mail
@require_safe
def view(request: HttpRequest, token: str) -> HttpResponse:
    """The mail in the browser: our page with the mail's own document in a sandboxed frame."""
    message = find_message(token)
    if message is None:
        return not_ours(request)
    return render(request, "outreach/view.html", {"message": message, "token": token})


@from_mail
@require_safe
@confined
def mail(request: HttpRequest, token: str) -> HttpResponse:
    message = find_message(token)
    return document(rendered(message)) if message else not_ours(request)


@from_mail
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends the mail's topic at once, from a mailbox's own button (RFC 8058) or from ours."""
    message = find_message(token)
    if message is None:
        return not_ours(request)
    done = request.method == "POST"
    if done:
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        services.unsubscribe(message=message, source="one_click" if one_click else "unsubscribe_page")
    context = {
        "topic": message.topic,
        "done": done,
        "preferences": preferences_url(message.contact_id),
        "token": message_token(message.pk),
    }
    return render(request, "outreach/unsubscribe.html", context)


@from_mail
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What we may write about, and when: the customer's own choice, which holds from the moment of saving."""
    contact = find_contact(token)
    if contact is None:
        return not_ours(request)
    if request.method == "POST" and "nothing" in request.POST:
        services.turn_off_everything(contact=contact)
        return redirect(f"{request.path}?saved=1")
    form = PreferencesForm(request.POST if request.method == "POST" else None, contact=contact)
    if form.is_valid():
        services.save_preferences(contact=contact, **form.chosen())
        return redirect(f"{request.path}?saved=1")
    context = {"form": form, "contact": contact, "saved": "saved" in request.GET}
    return render(request, "outreach/preferences.html", context)
