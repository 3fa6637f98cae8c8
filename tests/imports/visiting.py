"""The pages of an import, as somebody walks through them who changes nothing."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.core.jobs import run_slice
from crm.core.models import Job

ACCOUNTS = "Kundennr;Firma;Ort\nC-1;Lincoln High;Springfield\n"
NAMED = {"column_external_id": "1", "column_name": "2", "column_city": "3", "save_as": "From the ERP"}


def upload(client: Client, content: str | bytes, what: str = "customers.purchases", **data: str):
    raw = content.encode() if isinstance(content, str) else content
    return client.post(f"/imports/new/{what}/", {"file": SimpleUploadedFile("orders.csv", raw), **data})


def work_off() -> Job:
    """The latest job, done."""
    job = Job.objects.latest("pk")
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
    return job


def chosen(page) -> dict[str, object]:
    """What the form would send when nobody changes anything."""
    form = page.context["form"]
    bound = [*form, *(form.manners or ()), *(form.options or ())]
    return {field.name: value for field in bound if (value := field.value()) not in (None, False)}


def check(client: Client, content: str | bytes, what: str = "customers.purchases", **answers: str) -> Job:
    """Upload a file, change nothing but `answers`, and work off its check."""
    page = upload(client, content, what).url
    client.post(page, {**chosen(client.get(page)), **answers})
    return work_off()


def start(client: Client, checked: Job) -> Job:
    client.post(f"/imports/{checked.pk}/start/")
    return work_off()
