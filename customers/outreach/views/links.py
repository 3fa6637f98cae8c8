"""What the links in a mail lead to. GET and HEAD change nothing: scanners follow every link there is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.core.views.links import behind_link, unknown_link
from customers.outreach import services
from customers.outreach.clicks.recording import find_way, note_click
from customers.outreach.clicks.rewriting import located
from customers.outreach.clicks.visitors import family, how_followed
from customers.outreach.forms import PreferencesForm
from customers.outreach.links import find_contact, find_message, message_token, preferences_url
from customers.outreach.models import ContentLink
from customers.outreach.views.showing import confined, document, rendered


@behind_link
@require_safe
def view(request: HttpRequest, token: str) -> HttpResponse:
    """The mail in the browser: our page with the mail's own document in a sandboxed frame."""
    message = find_message(token)
    if message is None:
        return unknown_link(request)
    return render(request, "outreach/view.html", {"message": message, "token": token})


@behind_link
@require_safe
@confined
def mail(request: HttpRequest, token: str) -> HttpResponse:
    message = find_message(token)
    return document(rendered(message, for_recipient=True)) if message else unknown_link(request)


@behind_link
@require_safe
def clicks(request: HttpRequest, token: str) -> HttpResponse:
    """The beginning of a counted link that was cut in two."""
    return unknown_link(request)


@behind_link
@require_safe
def click(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """On to where the link leads: only to what the content version says, never to what a request says."""
    way = find_way(token, number)
    if way is None:
        return unknown_link(request)
    agent = family(request.headers.get("User-Agent", ""))
    note_click(way=way, how=how_followed(request), agent=agent)
    if way.link.number == ContentLink.HIDDEN:
        return side_door(request)
    return HttpResponseRedirect(located(way.link.target))


def side_door(request: HttpRequest) -> HttpResponse:
    words = {
        "title": _("You came by a side door"),
        "text": _("This address is meant for programs that check mail. The links in your mail are fine."),
    }
    return render(request, "core/public_state.html", {"mark": "check", **words})


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends the mail's topic at once, from a mailbox's own button (RFC 8058) or from ours."""
    message = find_message(token)
    if message is None:
        return unknown_link(request)
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


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What we may write about, and when: the customer's own choice, which holds from the moment of saving."""
    contact = find_contact(token)
    if contact is None:
        return unknown_link(request)
    if request.method == "POST" and "nothing" in request.POST:
        services.turn_off_everything(contact=contact)
        return redirect(f"{request.path}?saved=1")
    form = PreferencesForm(request.POST if request.method == "POST" else None, contact=contact)
    if form.is_valid():
        services.save_preferences(contact=contact, **form.chosen())
        return redirect(f"{request.path}?saved=1")
    context = {"form": form, "contact": contact, "saved": "saved" in request.GET}
    return render(request, "outreach/preferences.html", context)
