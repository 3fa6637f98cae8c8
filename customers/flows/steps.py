"""The steps every flow may use: what each does, and how it reads on the flow's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.models import Company
from crm.core.registry import Step
from customers.flows.models import Enrolment
from customers.flows.results import Finish, Next, Wait
from customers.models.tasks import TaskKind
from customers.outreach.services import PlannedMessage, plan_messages
from customers.services.tasks import create_task
from customers.services.working_time import end_of_working_day

Params = Mapping[str, Any]


def own_key(enrolment: Enrolment) -> str:
    """What a step's row is known by, so that it cannot be there twice."""
    return f"flow:{enrolment.pk}:{enrolment.position}"


def wait(enrolment: Enrolment, params: Params) -> Wait:
    """Let `days` pass; then, with `weekday` (1 Monday … 7) or `hour`, until that moment in the person's zone.

    An hour without a weekday means the company's next working day. Counts from the step before.
    """
    until = enrolment.due_at + dt.timedelta(days=params.get("days", 0))
    if "weekday" in params or "hour" in params:
        until = next_moment(enrolment, until, params)
    return Wait(until)


def next_moment(enrolment: Enrolment, start: dt.datetime, params: Params) -> dt.datetime:
    company = Company.load()
    zone = enrolment.contact.zone(company.zone) if enrolment.contact else company.zone
    days = [params["weekday"]] if "weekday" in params else company.workdays or [1, 2, 3, 4, 5, 6, 7]
    time = dt.time(params["hour"]) if "hour" in params else company.day_starts
    first = start.astimezone(zone).date()
    candidates = (dt.datetime.combine(first + dt.timedelta(days=n), time, zone) for n in range(8))
    return next(at for at in candidates if at.isoweekday() in days and at >= start)


def describe_wait(params: Params) -> str:
    parts = []
    if days := params.get("days"):
        parts.append(ngettext("wait %(days)d day", "wait %(days)d days", days) % {"days": days})
    if "weekday" in params:
        parts.append(_("until %(weekday)s") % {"weekday": WEEKDAYS[params["weekday"] - 1]})
    elif "hour" in params:
        parts.append(_("until a working day"))
    if "hour" in params:
        parts.append(_("%(hour)d:00 their time") % {"hour": params["hour"]})
    return ", ".join(parts) or _("go on at once")


def message(enrolment: Enrolment, params: Params) -> Next:
    """Plan a mail of `kind` with `content` (a slug) through outreach, which decides whether it may go."""
    if enrolment.contact is None:
        return Next(_("nobody to write to"))
    plan_messages(
        [
            PlannedMessage(
                kind=params["kind"],
                contact_id=enrolment.contact.pk,
                account_id=enrolment.account_id,
                reference=enrolment.pk,
                key=own_key(enrolment),
                content=params["content"],
                due_at=timezone.now(),
            )
        ]
    )
    return Next()


def task(enrolment: Enrolment, params: Params) -> Next:
    """Ask the account's owner to do `title` within `days`, and say `why`; `kind` is a task kind."""
    company = Company.load()
    day = timezone.now().astimezone(company.zone).date() + dt.timedelta(days=params.get("days", 0))
    create_task(
        account=enrolment.account,
        contact=enrolment.contact,
        title=params["title"],
        kind=params.get("kind", TaskKind.TODO),
        why=params.get("why", ""),
        due_at=end_of_working_day(day=day, company=company),
        source_key=own_key(enrolment),
    )
    return Next()


def describe_task(params: Params) -> str:
    if days := params.get("days"):
        within = ngettext("within %(days)d day", "within %(days)d days", days) % {"days": days}
        return _("%(title)s, %(within)s") % {"title": params["title"], "within": within}
    return str(params["title"])


def stop(enrolment: Enrolment, params: Params) -> Finish:
    """End here."""
    return Finish(params.get("outcome", ""))


STEPS = [
    Step(name="wait", label=gettext_lazy("Wait"), icon="clock", run=wait, describe=describe_wait),
    Step(
        name="message",
        label=gettext_lazy("Mail"),
        icon="mail",
        run=message,
        describe=lambda params: str(params.get("title") or params["content"]),
    ),
    Step(
        name="task",
        label=gettext_lazy("Task for the account's owner"),
        icon="phone",
        run=task,
        describe=describe_task,
    ),
    Step(
        name="stop",
        label=gettext_lazy("The end"),
        icon="flag",
        run=stop,
        describe=lambda params: params.get("outcome") or _("Stops here"),
    ),
]
