"""The closed loop: an unhappy answer becomes somebody's task, and its outcome comes back to the answer."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import Company
from customers.models import Task, TaskKind
from customers.services.tasks import create_task
from customers.services.working_time import add_working_hours
from surveys.models import Response

WORKING_HOURS = 8
SOURCE = "recovery"


@transaction.atomic
def open_loop(*, response: Response) -> Task:
    """Ask the account's owner to call within eight working hours; once per answer."""
    purchase = response.invitation.purchase
    name = response.contact.full_name
    title = _("Call %(name)s about order #%(order)s") if purchase else _("Call %(name)s about their answer")
    task = create_task(
        account=response.account,
        contact=response.contact,
        kind=TaskKind.RECOVERY,
        title=title % {"name": name, "order": purchase.number if purchase else ""},
        why=reason_of(response),
        due_at=add_working_hours(start=timezone.now(), hours=WORKING_HOURS, company=Company.load()),
        is_urgent=True,
        needs_outcome=True,
        source_key=f"{SOURCE}:{response.pk}",
    )
    Response.objects.filter(pk=response.pk).update(recovery_task=task)
    return task


def reason_of(response: Response) -> str:
    purchase = response.invitation.purchase
    words = {"score": response.score, "order": purchase.number if purchase else ""}
    reason = _("Scored %(score)d after order #%(order)s") if purchase else _("Scored %(score)d")
    return reason % words + (f": “{response.comment}”" if response.comment else "")


def close_loop(*, source_key: str) -> bool:
    """Note that a recovery task came to its outcome. Answers whether the key was one of ours."""
    source, _separator, number = source_key.partition(":")
    if source != SOURCE or not number.isdecimal():
        return False
    waiting = Response.objects.filter(pk=int(number), loop_closed_at=None)
    return bool(waiting.update(loop_closed_at=timezone.now()))
