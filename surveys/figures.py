"""What came of asking, over the last ninety days unless said otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from crm.core.compiled import compiled
from crm.core.models import User
from customers.models import Account, Contact
from surveys.models import Invitation, Response, Survey
from surveys.models.responses import TALLY
from surveys.scores import Score, nps

RECENT = dt.timedelta(days=90)
YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Funnel:
    """Invitations that fell due, how many went out, and how many brought an answer that counts."""

    planned: int
    sent: int
    answered: int
    not_sent: int

    @property
    def rate(self) -> int | None:
        """Answered of sent in whole percent; None while nothing was sent."""
        return round(100 * self.answered / self.sent) if self.sent else None


def funnel(survey: Survey, user: User) -> Funnel:
    """From planned to answered, for the customers the person sees."""
    recent = Invitation.objects.visible_to(user).filter(survey=survey, due_at__gte=timezone.now() - RECENT)
    found = recent.exclude(reason=Invitation.IMPORTED).aggregate(
        planned=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        answered=Count("pk", filter=Q(response__counted_at__isnull=False)),
        not_sent=Count("pk", filter=Q(state=Invitation.State.CANCELLED)),
    )
    return Funnel(**found)


def survey_score(survey: Survey, user: User) -> Score:
    """The survey's NPS over recent answers, for the customers the person sees."""
    recent = Response.objects.visible_to(user).filter(survey=survey).counted_since(timezone.now() - RECENT)
    promoters, detractors, answers = recent.tally()
    return nps(promoters=promoters, detractors=detractors, n=answers)


def scores_of(surveys: Iterable[Survey], user: User) -> dict[int, Score]:
    """The same for many surveys in one query, by survey id; surveys without answers are left out."""
    recent = Response.objects.visible_to(user).filter(survey__in=[survey.pk for survey in surveys])
    rows = recent.counted_since(timezone.now() - RECENT).order_by().values("survey").annotate(**TALLY)
    return {
        row["survey"]: nps(promoters=row["promoters"], detractors=row["detractors"], n=row["answers"])
        for row in rows
    }


def account_score(account: Account) -> Score:
    """Transactional NPS of an account and everything below it, over a year."""
    found = counts_of_tree(*account.tree, timezone.now() - YEAR)
    promoters, detractors, n = found[0] if found else (0, 0, 0)
    return nps(promoters=promoters, detractors=detractors, n=n)


@compiled
def counts_of_tree(
    family_ids: list[int] | None, account_id: int | None, since: dt.datetime
) -> QuerySet[Response, tuple[int, int, int]]:
    """One row of promoters, detractors and answers; none where nobody answered."""
    found = Response.objects.of_tree(family_ids, account_id).counted_since(since)
    found = found.filter(survey__series=Survey.Series.TRANSACTIONAL).order_by()
    return found.values("survey__series").annotate(**TALLY).values_list(*TALLY)


@dataclass(frozen=True)
class Coverage:
    """How many of an account's people have been heard within a year."""

    heard: int
    people: int


def coverage(account: Account) -> Coverage:
    people = Contact.objects.active().below(account)
    heard = Q(responses__counted_at__gte=timezone.now() - YEAR)
    found = people.aggregate(
        people=Count("pk", distinct=True), heard=Count("pk", filter=heard, distinct=True)
    )
    return Coverage(**found)
