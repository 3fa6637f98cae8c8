"""Decide which answers count once their hold is over, and tell everybody who listens."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.core.events import publish_many
from customers.services import timeline
from surveys.events import SurveyAnswered
from surveys.models import Band, Invitation, Response, SurveyRules, band_of
from surveys.models.responses import IN_BAND
from surveys.services.loops import open_loop
from surveys.suspicion import is_suspect

BATCH = 500


def count_due_responses() -> int:
    """Judge every answer whose time has come, however many workers ask at once. Answers how many."""
    judged, size = 0, BATCH
    while size == BATCH:
        size = judge_batch()
        judged += size
    return judged


@transaction.atomic
def judge_batch() -> int:
    # with their invitations, which whoever is answering just now has locked first
    due = Response.objects.due().select_related("invitation")
    locked = due.select_for_update(skip_locked=True, of=("self", "invitation"), no_key=True)
    ids = {row.pk for row in locked[:BATCH]}
    suspects = set(
        Response.objects.filter(is_suspect(SurveyRules.load()), pk__in=ids).values_list("pk", flat=True)
    )
    set_aside(suspects)
    count(ids - suspects)
    return len(ids)


def set_aside(ids: Collection[int]) -> None:
    """Machines' answers do not count. Where nothing counted before, the link stays open for a person."""
    found = Response.objects.filter(pk__in=ids)
    Invitation.objects.filter(
        response__in=found.filter(counted_at=None), state=Invitation.State.ANSWERED
    ).update(state=Invitation.State.OPEN)
    found.update(state=Response.State.SUSPECT, counts_at=None)
    found.filter(counted_at=None).update(editable_until=None)


def count(ids: Collection[int]) -> None:
    """Let answers count, write them down, and announce those that were sent and are news.

    A score that was only clicked counts without an alert.
    """
    found = Response.objects.filter(pk__in=ids)
    rows = list(found.select_related("account", "contact", "survey", "invitation__purchase", "words"))
    found.update(counted_score=F("score"), counted_at=Coalesce("counted_at", timezone.now()), counts_at=None)
    Invitation.objects.filter(response__in=found).update(state=Invitation.State.ANSWERED)
    timeline.record_many([entry_of(row) for row in rows])
    announce([row for row in rows if row.was_sent and row.announced_band != band_of(row.score)])


def announce(rows: Sequence[Response]) -> None:
    for band in Band:
        Response.objects.filter(IN_BAND[band], pk__in=[row.pk for row in rows]).update(announced_band=band)
    publish_many([event_of(row) for row in rows])
    for row in rows:
        if band_of(row.score) == Band.DETRACTOR:
            open_loop(response=row)


def entry_of(row: Response) -> timeline.NewEntry:
    purchase = row.invitation.purchase
    return timeline.NewEntry(
        account_id=row.account_id,
        contact_id=row.contact_id,
        kind="surveys.answered",
        at=row.changed_at,
        link=purchase.get_absolute_url() if purchase else "",
        data={
            "response": row.pk,
            "score": row.score,
            "before": row.counted_score,
            "order": purchase.number if purchase else "",
        },
        words=row.comment,
        key=f"surveys.answered:{row.pk}:{row.revision}",
    )


def event_of(row: Response) -> SurveyAnswered:
    return SurveyAnswered(
        response_id=row.pk,
        invitation_id=row.invitation_id,
        survey_id=row.survey_id,
        account_id=row.account_id,
        contact_id=row.contact_id,
        purchase_id=row.invitation.purchase_id,
        score=row.score,
        band=str(band_of(row.score)),
    )
