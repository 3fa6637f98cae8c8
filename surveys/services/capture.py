"""Take answers: what a link shows, what a click proves, what a touch and a Send record.

Following a link never writes an answer; it leaves evidence, by which `counting` judges later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone

from surveys.links import hash_token
from surveys.models import Invitation, Response, ResponseRevision, ResponseWords, ScoreClick, SurveyRules

DoorState = Literal["open", "answered", "expired", "closed", "unknown"]
MOST_CLICKS = 500  # evidence kept per invitation; more would tell nothing new


class NotOpen(Exception):
    """The survey takes no answer through this link (any more)."""


@dataclass(frozen=True)
class Door:
    """What stands behind a token."""

    state: DoorState
    invitation: Invitation | None = None
    response: Response | None = None


def open_door(token: str) -> Door:
    """Look behind a token: one query, whether it was ever valid or not."""
    invitation = (
        Invitation.objects.select_related("survey", "purchase", "contact", "response__words")
        .filter(token_hash=hash_token(token))
        .first()
    )
    if invitation is None:
        return Door("unknown")
    response = getattr(invitation, "response", None)
    return Door(door_state(invitation, response), invitation, response)


def door_state(invitation: Invitation, response: Response | None) -> DoorState:
    if (
        invitation.state == Invitation.State.CANCELLED
        or invitation.survey.has_ended
        or invitation.contact.erased_at
    ):
        return "closed"
    if response and response.editable_until:
        return "open" if response.is_editable else "answered"
    if invitation.expires_at and invitation.expires_at < timezone.now():
        return "expired"
    return "open"


def note_click(*, invitation: Invitation, link: str, method: str, score: int | None = None) -> None:
    """Keep that a link was followed. Evidence only: no answer is written and the token stays good."""
    if ScoreClick.objects.filter(invitation=invitation)[:MOST_CLICKS].count() < MOST_CLICKS:
        ScoreClick.objects.create(invitation=invitation, link=link, score=score, method=method[:8])


@transaction.atomic
def record_touch(*, invitation: Invitation, score: int) -> Response | None:
    """A person's hand on the page: keep the score as provisional.

    None when an answer was sent already, which stands. Raises NotOpen.
    """
    invitation, response = lock_open(invitation)
    note_click(invitation=invitation, link=ScoreClick.Link.INPUT, method="POST", score=score)
    if response and response.editable_until:
        return None
    if response and response.state == Response.State.PROVISIONAL and response.score == score:
        return response
    response = response or blank_response(invitation)
    response.state = Response.State.PROVISIONAL
    response.counts_at = timezone.now() + SurveyRules.load().provisional_after
    write_down(response, score)
    return response


@transaction.atomic
def record_answer(*, invitation: Invitation, score: int, comment: str = "") -> Response:
    """A person pressed Send: the answer is confirmed, and held before it counts.

    The same answer again changes nothing, also when fifty arrive at once. Raises NotOpen.
    """
    invitation, response = lock_open(invitation)
    response = response or blank_response(invitation)
    if response.was_sent and response.score == score and response.comment == comment:
        return response
    rules, now = SurveyRules.load(), timezone.now()
    response.state, response.sent_at = Response.State.CONFIRMED, now
    response.counts_at = now + rules.hold
    response.editable_until = response.editable_until or now + rules.editable_for
    write_down(response, score)
    write_words(response, comment)
    Invitation.objects.filter(pk=invitation.pk).update(state=Invitation.State.ANSWERED)
    return response


def lock_open(invitation: Invitation) -> tuple[Invitation, Response | None]:
    """The invitation and its response under locks, so that answers come one after another. Raises NotOpen."""
    locked = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("survey", "contact")
        .get(pk=invitation.pk)
    )
    response = (
        Response.objects.select_for_update(of=("self",), no_key=True)
        .select_related("words")
        .filter(invitation=locked)
        .first()
    )
    if door_state(locked, response) != "open":
        raise NotOpen
    return locked, response


def blank_response(invitation: Invitation) -> Response:
    return Response(
        invitation=invitation,
        survey_id=invitation.survey_id,
        account_id=invitation.account_id,
        contact_id=invitation.contact_id,
        revision=0,
    )


def write_down(response: Response, score: int) -> None:
    """Save the score as the next revision."""
    response.score, response.changed_at = score, timezone.now()
    response.revision += 1
    response.save()
    ResponseRevision.objects.create(
        response=response,
        number=response.revision,
        score=score,
        state=response.state,
        at=response.changed_at,
    )


def write_words(response: Response, comment: str) -> None:
    if comment:
        ResponseWords.objects.update_or_create(response=response, defaults={"text": comment})
    else:
        ResponseWords.objects.filter(response=response).delete()
