"""What surveys show on the account screen and on Today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.arrays import among
from crm.core.compiled import compiled
from crm.core.models import User
from crm.core.registry import Panel, TodayCard
from customers.models import Account
from customers.models.visibility import sight_of
from surveys.figures import account_score, coverage
from surveys.models import Response

RECENT = dt.timedelta(days=14)
SHOWN = 5


def score_fact(account: Account, user: User) -> dict[str, Any]:
    return {"score": account_score(account)}


def last_answers(account: Account, user: User) -> dict[str, Any] | None:
    """The latest scores of the account and everything below it, and how many of its people they stand for."""
    answers = Response.objects.below(account).counted().for_reading().order_by("-counted_at", "-id")[:SHOWN]
    rows = list(answers)
    return {"answers": rows, "coverage": coverage(account)} if rows else None


def latest_answers(user: User, everyone: bool) -> dict[str, Any] | None:
    """The latest answers, from the person's own customers or from everybody they may see."""
    whose = sight_of(user) if everyone else ([user.pk], None)
    ids = answers_since(timezone.now() - RECENT, *whose)
    return {"answers": answers(ids)} if ids else None


@compiled
def answers_since(
    moment: dt.datetime, owners: list[int] | None, teams: list[int] | None
) -> QuerySet[Response, int]:
    found = Response.objects.seen(owners, teams).counted_since(moment)
    return found.order_by("-counted_at", "-id").values_list("pk", flat=True)[:SHOWN]


@compiled
def answers(ids: list[int]) -> QuerySet[Response]:
    """Asked for by their ids: to find out how best to come from so many tables to these takes longer."""
    return Response.objects.filter(among(ids)).for_reading().order_by("-counted_at", "-id")


PANELS = [
    Panel(
        name="surveys.score",
        title=_("Transactional NPS"),
        template="surveys/panels/score.html",
        load=score_fact,
        place="fact",
        order=30,
    ),
    Panel(
        name="surveys.answers",
        title=_("Surveys"),
        template="surveys/panels/answers.html",
        load=last_answers,
        order=40,
    ),
]
TODAY_CARDS = [
    TodayCard(
        name="surveys.latest",
        title=_("Latest answers"),
        template="surveys/panels/latest.html",
        load=latest_answers,
        order=20,
    )
]
