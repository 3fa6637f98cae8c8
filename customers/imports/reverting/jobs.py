"""Taking an import back as a job: started once, in one transaction, watched on the Jobs page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.jobs import JobRefused, kept_alive, save_progress, start_job
from crm.core.models import Job, User
from crm.core.registry import JobKind
from customers.imports.applying import take_turn
from customers.imports.jobs import KIND as IMPORT
from customers.imports.reverting.undoing import take_back, try_out

KIND, TRIAL = "customers.import_taken_back", "customers.import_back_tried"


class CannotTakeBack(ValidationError):
    """There is nothing of this import to take back, or somebody is at it already."""


@transaction.atomic
def start_taking_back(*, job: Job, by: User, trial: bool = False) -> Job:
    """Queue taking an import back; `trial` only finds out what that would do. Raises CannotTakeBack."""
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)  # one at a time asks
    check(job)
    if not trial and (taking := Job.objects.unfinished().filter(kind=KIND, params__job=job.pk).first()):
        raise CannotTakeBack(_("%(job)s is under way.") % {"job": taking.title})
    title = _("Look before taking back: %(import)s") if trial else _("Taking back: %(import)s")
    return start_job(
        kind=TRIAL if trial else KIND,
        title=title % {"import": job.title},
        params={"job": job.pk},
        by=by,
    )


def check(job: Job) -> None:
    """Raise CannotTakeBack for what is no import, still runs, wrote nothing, or was taken back before."""
    if job.kind != IMPORT or not job.is_finished:
        raise CannotTakeBack(_("Only imports that have ended can be taken back."))
    if job.import_changes.exists():
        return
    if Job.objects.filter(kind=KIND, params__job=job.pk, state=Job.State.DONE).exists():
        raise CannotTakeBack(_("This import was taken back already."))
    raise CannotTakeBack(_("There is nothing of this import to take back."))


def run_slice(job: Job, deadline: dt.datetime) -> bool:
    """All at once: an import of which a part is gone would be worse than the whole."""
    note = _("Finding what it wrote and who has used it")
    Job.objects.filter(pk=job.pk).update(done=0, total=1, note=note)  # no progress: attempts go on counting
    with kept_alive(job), transaction.atomic():
        take_turn()
        job.refresh_from_db(fields=["cursor", "report"])
        if not job.cursor:  # else a worker was lost after its work was done
            job.report = work(job)
            job.cursor["done"] = True
            save_progress(job, done=1, total=1)
    return True


def work(job: Job) -> dict[str, Any]:
    imported = Job.objects.filter(pk=job.params["job"]).first()
    if imported is None:
        raise JobRefused(_("Nothing is known of this import any more."))
    try:
        check(imported)
    except CannotTakeBack as refusal:
        raise JobRefused(refusal.message) from refusal
    trial = job.kind == TRIAL
    return {"trial": trial, **(try_out if trial else take_back)(imported, by=job)}


JOB_KINDS = [
    JobKind(
        name=KIND,
        label=gettext_lazy("Taking an import back"),
        run_slice=run_slice,
        report_template="imports/taken_back.html",
        in_one_go=True,
    ),
    JobKind(
        name=TRIAL,
        label=gettext_lazy("Look before taking an import back"),
        run_slice=run_slice,
        report_template="imports/taken_back.html",
        in_one_go=True,
    ),
]
