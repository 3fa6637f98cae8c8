"""Take an import back as a worker would, and look at what it says."""

from __future__ import annotations

from typing import Any

from crm.core.jobs import run_slice
from crm.core.models import Job, User
from customers.imports.reverting.jobs import start_taking_back
from tests.factories import create_user

LIVE = (
    "customers_account",
    "customers_accountlink",
    "customers_accountsummary",
    "customers_contact",
    "customers_enrolment",
    "customers_interaction",
    "customers_interactioncontact",
    "customers_message",
    "customers_product",
    "customers_purchase",
    "customers_purchaseline",
    "customers_return",
    "customers_returnline",
    "customers_task",
    "customers_timelineentry",
    "customers_timelinewords",
    "surveys_invitation",
)


def take_back(job: Job, *, by: User | None = None, trial: bool = False) -> Job:
    taking = start_taking_back(job=job, by=by or create_user(), trial=trial)
    run_slice(taking.pk)
    taking.refresh_from_db()
    assert taking.state == Job.State.DONE, taking.error
    return taking


def removed(taking: Job) -> dict[str, int]:
    return {part["label"]: part["rows"] for part in taking.report["removed"]}


def changed(taking: Job) -> dict[str, tuple[int, int]]:
    """What got its old values, and what was left because it changed since."""
    return {part["label"]: (part["restored"], part["left"]) for part in taking.report["changed"]}


def kept(taking: Job) -> set[tuple[Any, ...]]:
    return {(part["label"], part["by"] or part["why"], part["rows"]) for part in taking.report["kept"]}
