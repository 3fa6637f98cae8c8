"""A run through a sequence in words: who, what comes next and when, or how it ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaigns.figures import Totals, describe, exit_label
from crm.core.models import User
from customers.flows.models import EnrolmentQuerySet
from customers.models import Enrolment, Flow
from customers.views.listing import Chip

if TYPE_CHECKING:
    from crm.core.registry import Tone

State = Enrolment.State


@dataclass(frozen=True)
class Line:
    """One run. `words` says what comes next, or how it ended; `at` is when."""

    enrolment: Enrolment
    words: Any
    at: dt.datetime
    tone: Tone = "plain"

    @property
    def is_under_way(self) -> bool:
        return self.enrolment.state == State.ACTIVE


def line_of(enrolment: Enrolment) -> Line:
    """Needs flow, version, account and contact loaded (`for_reading`)."""
    if enrolment.state == State.ACTIVE:
        return Line(
            enrolment, next_words(enrolment), enrolment.due_at, "look" if enrolment.attempts else "plain"
        )
    ended = enrolment.ended_at or enrolment.due_at
    if enrolment.state == State.FAILED:
        return Line(enrolment, enrolment.outcome, ended, "bad")
    if enrolment.state == State.EXITED:
        return Line(enrolment, exit_label(enrolment.outcome), ended)
    return Line(enrolment, enrolment.outcome or _("all steps taken"), ended)


def next_words(enrolment: Enrolment) -> Any:
    steps = enrolment.version.steps
    if enrolment.position >= len(steps):
        return _("the end")
    return describe(steps[enrolment.position])


def wanted_state(wanted: str) -> str:
    """The state whose people are asked for; those under way when nothing else is."""
    return wanted if wanted in State.values else State.ACTIVE.value


def enrolments_listed(user: User, flow: Flow, wanted: str) -> EnrolmentQuerySet:
    """Who is in a sequence, in one state."""
    return Enrolment.objects.visible_to(user).filter(flow=flow, state=wanted_state(wanted))


def state_chips(active: str, totals: Totals) -> list[Chip]:
    return [
        Chip(label, f"?state={state}#people", state == active, totals.by_state[state])
        for state, label in State.choices
    ]
