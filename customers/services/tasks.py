"""Things to do: asked for, done with an outcome, put off with a reason, taken up again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import User
from customers.events import TaskDone
from customers.models import Account, Contact, Task, TaskKind
from customers.services import timeline
from customers.services.trees import check_is_theirs


@transaction.atomic
def create_task(
    *,
    account: Account,
    title: str,
    due_at: dt.datetime,
    owner: User | None = None,
    contact: Contact | None = None,
    kind: str = TaskKind.TODO,
    why: str = "",
    is_urgent: bool = False,
    needs_outcome: bool = False,
    source_key: str | None = None,
) -> Task:
    """Give somebody something to do; without an owner it goes to who answers for the account.

    Asking twice with the same `source_key` gives the first task back.
    """
    check_is_theirs(contact, account)
    fields = {
        "account": account,
        "contact": contact,
        "owner": owner or responsible_owner(account),
        "kind": kind,
        "title": title[:200],
        "why": why[:2000],
        "due_at": due_at,
        "is_urgent": is_urgent,
        "needs_outcome": needs_outcome,
    }
    return create_once(source_key, fields)


def create_once(source_key: str | None, fields: dict[str, Any]) -> Task:
    if source_key is None:
        return Task.objects.create(**fields)
    return Task.objects.get_or_create(source_key=source_key, defaults=fields)[0]


def lock(task: Task) -> Task:
    """The task as it is now, one change at a time."""
    return Task.objects.select_for_update(no_key=True).get(pk=task.pk)


def lock_open(task: Task) -> Task:
    """The same for one that is still to be done. Raises ValidationError."""
    task = lock(task)
    if task.state != Task.State.OPEN:
        raise ValidationError(_("This was done already."))
    return task


def responsible_owner(account: Account) -> User | None:
    """The owner of the account, or of the nearest ancestor that has one."""
    nearest = (
        Account.objects.filter(downward__descendant=account, owner__isnull=False, owner__is_active=True)
        .order_by("downward__depth")
        .select_related("owner")
        .first()
    )
    return nearest.owner if nearest else None


@transaction.atomic
def finish_task(*, task: Task, by: User, outcome: str = "") -> Task:
    """Mark a task done. Raises ValidationError when it is closed or needs an outcome and got none."""
    task = lock_open(task)
    if task.needs_outcome and not outcome.strip():
        raise ValidationError({"outcome": _("Say in a few words what came of it.")})
    task.state, task.outcome = Task.State.DONE, outcome.strip()[:500]
    task.done_at, task.done_by = timezone.now(), by
    task.save()
    timeline.record(
        account_id=task.account_id,
        contact_id=task.contact_id,
        kind="customers.task_done",
        actor=by,
        data={"task": task.pk, "title": task.title, "kind": task.kind},
        words=task.outcome,
    )
    publish(
        TaskDone(
            task_id=task.pk, account_id=task.account_id, kind=task.kind, source_key=task.source_key or ""
        )
    )
    return task


@transaction.atomic
def reopen_task(*, task: Task, by: User) -> Task:
    """Take a closed task up again (undo)."""
    task = lock(task)
    task.state, task.done_at, task.done_by = Task.State.OPEN, None, None
    task.save()
    return task


@transaction.atomic
def drop_task(*, task: Task, by: User, reason: str) -> Task:
    """Close a task that nobody will do, with the reason."""
    task = lock_open(task)
    task.state, task.outcome = Task.State.DROPPED, reason.strip()[:500]
    task.done_at, task.done_by = timezone.now(), by
    task.save()
    return task


@transaction.atomic
def snooze_task(*, task: Task, until: dt.datetime, reason: str, by: User) -> Task:
    """Put an open task off; the first due date is remembered. Raises ValidationError for a past date."""
    task = lock_open(task)
    if until <= timezone.now():
        raise ValidationError({"until": _("Choose a moment in the future.")})
    task.snoozed_from = task.snoozed_from or task.due_at
    task.due_at, task.snooze_reason = until, reason.strip()[:200]
    task.save()
    return task


@transaction.atomic
def wake_task(*, task: Task, by: User) -> Task:
    """Take a snooze back (undo): the task is due again when it first was."""
    task = lock(task)
    if task.snoozed_from:
        task.due_at, task.snoozed_from, task.snooze_reason = task.snoozed_from, None, ""
        task.save()
    return task
