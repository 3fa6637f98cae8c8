"""Things to do: asked for, done with an outcome, put off with a reason, taken up again."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import staff
from crm.core.models import User
from crm.core.paging import capped_count, page_of
from crm.core.views.answers import back, done, errors_on, sent, show_form
from customers.forms.tasks import MORNING, DoneForm, SnoozeForm, TaskForm
from customers.models import Task
from customers.models.tasks import TaskQuerySet
from customers.services.tasks import create_task, finish_task, reopen_task, snooze_task, wake_task
from customers.views.found import find_account, find_task, person
from customers.views.listing import Chip

CHANGED = "tasks-changed"


@staff("customers.read")
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Everything that is open, mine or my team's, the most overdue first."""
    team, late = "team" in request.GET, "late" in request.GET
    found = listed(person(request), team=team, late=late)
    context = {
        "page": page_of(request, found.for_reading(), order="due_at"),
        "total": capped_count(found),
        "team": team,
        "whose": [
            Chip(_("Mine"), address(late=late), not team),
            Chip(_("My team"), address(True, late), team),
        ],
        "when": [
            Chip(_("All open"), address(team), not late),
            Chip(_("Overdue"), address(team, True), late),
        ],
    }
    return render(request, "customers/tasks.html", context)


def listed(user: User, *, team: bool, late: bool) -> TaskQuerySet:
    found = Task.objects.visible_to(user).open()
    found = found.of_team(user) if team else found.of(user)
    return found.due_by(timezone.now()) if late else found


def address(team: bool = False, late: bool = False) -> str:
    return "?" + "&".join(name for name, is_set in (("team", team), ("late", late)) if is_set)


@staff("tasks.write")
def task_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Something to do for an account."""
    account, user = find_account(request, pk), person(request)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    start = {"owner": user.pk, "due_at": timezone.make_aware(dt.datetime.combine(tomorrow, MORNING))}
    form = TaskForm(sent(request), account=account, user=user, initial=start)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            create_task(account=account, **form.cleaned_data)
            messages.success(request, _("It is on the list."))
            return redirect(account)
    return show_form(request, "customers/task_form.html", form, account=account)


@staff("tasks.write")
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Done. A task that wants an outcome asks for it first."""
    task = find_task(request, pk)
    form = DoneForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            finish_task(task=task, by=person(request), **form.cleaned_data)
            undo = reverse("customers:task_reopen", args=[pk])
            text = _("Done: %(title)s") % {"title": task.title}
            return done(request, text, otherwise=task.account.get_absolute_url(), undo=undo, trigger=CHANGED)
    return ask(request, form, task, "done")


@staff("tasks.write")
def task_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Not now: until when, and why."""
    task = find_task(request, pk)
    form = SnoozeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            snooze_task(task=task, until=form.moment, reason=form.cleaned_data["reason"], by=person(request))
            undo = reverse("customers:task_wake", args=[pk])
            text = _("Put off: %(title)s") % {"title": task.title}
            return done(request, text, otherwise=task.account.get_absolute_url(), undo=undo, trigger=CHANGED)
    return ask(request, form, task, "snooze")


def ask(request: HttpRequest, form: DoneForm | SnoozeForm, task: Task, what: str) -> HttpResponse:
    """The question in the row itself, or on a page of its own."""
    inline = request.htmx  # type: ignore[attr-defined]
    template = f"customers/parts/task_{what}.html" if inline else "customers/task_ask.html"
    return show_form(request, template, form, task=task, what=what)


@staff("tasks.write")
@require_safe
def task_row(request: HttpRequest, pk: int) -> HttpResponse:
    """The row as it was, when somebody thought better of it."""
    return render(request, "customers/parts/task_rows.html", {"tasks": [find_task(request, pk)]})


@staff("tasks.write")
@require_POST
def task_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: the task is open again."""
    task = find_task(request, pk)
    reopen_task(task=task, by=person(request))
    messages.success(request, _("Open again: %(title)s") % {"title": task.title})
    return back(request, task.account.get_absolute_url())


@staff("tasks.write")
@require_POST
def task_wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of a snooze: due again when it first was."""
    task = find_task(request, pk)
    wake_task(task=task, by=person(request))
    messages.success(request, _("Due again: %(title)s") % {"title": task.title})
    return back(request, task.account.get_absolute_url())
