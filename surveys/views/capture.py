"""Customers' pages: behind a token in the mail, without cookies, without a need for scripts.

GET and HEAD never write an answer: mail scanners follow every link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.core.throttle import allow, client_network
from crm.core.views.links import behind_link, one_moment, unknown_link
from customers.outreach.links import preferences_url
from surveys.forms import AnswerForm, ScoreForm, score_in_link
from surveys.models import ScoreClick
from surveys.services.capture import Door, NotOpen, note_click, open_door, record_answer, record_touch

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

REQUESTS_PER_MINUTE = 240
SHUT: dict[str, tuple[int, _StrOrPromise, _StrOrPromise]] = {
    "expired": (
        410,
        _("This question has expired"),
        _("Thank you for coming anyway. Just answer the mail if there is something we should know."),
    ),
    "closed": (
        410,
        _("This question is closed"),
        _("Thank you for coming anyway. Just answer the mail if there is something we should know."),
    ),
    "answered": (
        200,
        _("You have answered already"),
        _("Thank you. Your answer can no longer be changed, but we read every mail."),
    ),
}

TokenView = Callable[[HttpRequest, str, Door], HttpResponse]


def behind_token(view: TokenView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Counts who knocks, and looks behind the token."""

    @behind_link
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        if not allow(key=f"survey:{client_network(request)}", limit=REQUESTS_PER_MINUTE, seconds=60):
            return one_moment(request)
        return view(request, token, open_door(token))

    return guarded


def shut(request: HttpRequest, state: str) -> HttpResponse:
    """A friendly page that says why there is nothing to answer."""
    if state == "unknown":
        return unknown_link(request)
    status, title, text = SHUT[state]
    context = {"title": title, "text": text, "mark": "check" if state == "answered" else "clock"}
    return render(request, "core/public_state.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_token
def capture(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    """The question: a link shows it with the clicked score chosen, Send answers it."""
    if door.state != "open" or door.invitation is None:
        return shut(request, door.state)
    if request.method == "POST":
        return answer(request, token, door)
    score = score_in_link(request.GET.get("score"))
    link = ScoreClick.Link.PAGE if score is None else ScoreClick.Link.SCORE
    note_click(invitation=door.invitation, link=link, method=request.method or "", score=score)
    return question(request, token, door, AnswerForm(initial=standing(door, score)))


def answer(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    assert door.invitation is not None
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return question(request, token, door, form, status=422)
    try:
        record_answer(
            invitation=door.invitation, score=form.cleaned_data["score"], comment=form.cleaned_data["comment"]
        )
    except NotOpen:
        return shut(request, open_door(token).state)
    return redirect("surveys:thanks", token)


def standing(door: Door, score: int | None) -> dict[str, object]:
    """What the form begins with: the clicked score, else what was answered before."""
    before = door.response if door.response and door.response.editable_until else None
    chosen = before.score if before and score is None else score
    return {"score": chosen, "comment": before.comment if before else ""}


def question(
    request: HttpRequest, token: str, door: Door, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    assert door.invitation is not None
    survey = door.invitation.survey
    selected = score_in_link(str(form["score"].value()))
    context = {
        "token": token,
        "survey": survey,
        "purchase": door.invitation.purchase,
        "form": form,
        "selected": selected,
        "follow_up": survey.follow_up(selected),
        "response": door.response if door.response and door.response.editable_until else None,
        "preferences_url": preferences_url(door.invitation.contact_id),
    }
    return render(request, "surveys/capture.html", context, status=status)


@require_POST
@behind_token
def touch(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    """The page's script says that a real hand was on it: the chosen score is kept as provisional."""
    form = ScoreForm(request.POST)
    if door.state != "open" or door.invitation is None:
        return HttpResponse(status=404 if door.state == "unknown" else 409)
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        record_touch(invitation=door.invitation, score=form.cleaned_data["score"])
    except NotOpen:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@behind_token
def hidden(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    """The link that people do not see. Whoever follows it is noted, and shown the way all the same."""
    if door.invitation is None:
        return shut(request, door.state)
    note_click(invitation=door.invitation, link=ScoreClick.Link.HIDDEN, method=request.method or "")
    return render(request, "surveys/hidden.html", {"token": token})


@require_safe
@behind_token
def thanks(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    """After Send: what happens next, in words for the band, and until when the answer can be changed."""
    response = door.response
    if door.invitation is None:
        return shut(request, door.state)
    if response is None or not response.was_sent:
        return redirect("surveys:capture", token)
    context = {
        "token": token,
        "title": _("Thank you"),
        "text": door.invitation.survey.thanks(response.score),
        "until": response.editable_until if door.state == "open" else None,
    }
    return render(request, "surveys/thanks.html", context)
