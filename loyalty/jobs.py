"""Long work of the loyalty app."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.jobs import save_progress, start_job
from crm.core.models import Job
from crm.core.registry import JobKind
from loyalty.ledger import reconcile
from loyalty.models import Member

RECONCILE = "loyalty.reconcile"
MEMBERS_AT_ONCE = 5000


def start_reconciling() -> Job:
    """Have every member's points added up again."""
    return start_job(kind=RECONCILE, title="Add up all points again", params={}, by=None)


def reconcile_slice(job: Job, deadline: dt.datetime) -> bool:
    """Go on behind the last member that was looked at; `report` counts the differences."""
    while True:
        after = job.cursor.get("member", 0)
        following = Member.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        ids = list(following[:MEMBERS_AT_ONCE])
        if not ids:
            return True
        with transaction.atomic():
            differences = reconcile(members=(ids[0], ids[-1]))
            job.cursor = {"member": ids[-1]}
            job.report = {"differences": job.report.get("differences", 0) + differences}
            save_progress(job, done=job.done + len(ids))
        if timezone.now() >= deadline:
            return False


JOB_KINDS = [JobKind(name=RECONCILE, label=_("Points added up"), run_slice=reconcile_slice)]
