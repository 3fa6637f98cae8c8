"""Whatever is in a file: through upload, columns, check and import it never ends in an error, nor half done.

`MALFORMED_FILES` says how many are tried; `make soak` tries ten thousand and watches the memory.
"""

from __future__ import annotations

import os
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from crm.core.jobs import run_slice
from crm.core.models import Job, Role
from crm.core.registry import registry
from customers.imports.forms import MapForm
from customers.imports.guessing import guess_layout, look
from customers.imports.reading import FileRefused
from tests.factories import create_user
from tests.imports.importing import checksums
from tests.imports.malformed import files

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("MALFORMED_FILES", "300"))
IMPORTERS = sorted(registry.importers)
ENDS: Counter[str] = Counter()


@pytest.fixture
def door(client: Client, settings) -> Client:
    """Somebody who may import, where a file may hold two megabytes."""
    settings.IMPORT_MAX_BYTES = 2_000_000
    client.force_login(create_user(role=Role.ADMIN))
    return client


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@given(data=st.data())
def test_no_file_ends_in_an_error_or_half_done(door: Client, data: DataObject):
    importer = data.draw(st.sampled_from(IMPORTERS))
    raw = data.draw(files(registry.importers[importer]))
    with transaction.atomic():
        ENDS[take_through(door, importer, raw, looks_closely=chance(data, 4))] += 1
        transaction.set_rollback(True)


def test_they_came_to_every_end():
    print(f"{sum(ENDS.values())} files: {dict(ENDS)}")
    assert {"not taken", "no columns", "nothing kept", "imported"} <= set(ENDS)


def take_through(door: Client, importer: str, raw: bytes, *, looks_closely: bool) -> str:
    """Upload, columns, check, import; answers where it ended. Pages take long: not all are looked at."""
    before = checksums()
    answer = door.post(f"/imports/new/{importer}/", {"file": SimpleUploadedFile("any", raw)})
    if answer.status_code != 302:
        assert (answer.status_code, Job.objects.count()) == (422, 0)
        return "not taken"
    form = first_form(importer, raw)
    if form is None or looks_closely:
        page = door.get(answer["Location"])
        assert page.status_code == 200
        assert (page.context["form"] is None) == (form is None)
    if form is None:
        return "not shown"
    answer = door.post(answer["Location"], filled(form))
    if answer.status_code != 302:
        assert (answer.status_code, Job.objects.count()) == (422, 0)
        return "no columns"
    check = worked_off()
    assert checksums() == before
    if check.state == Job.State.FAILED:
        return "check failed"
    return import_checked(door, check, before, looks_closely=looks_closely)


def import_checked(door: Client, check: Job, before: dict[str, Any], *, looks_closely: bool) -> str:
    answer = door.post(f"/imports/{check.pk}/start/")
    job = worked_off()
    assert not looks_closely or door.get(answer["Location"]).status_code == 200
    assert job.state == Job.State.DONE
    for name in ("read", "kept", "refused", "parts"):
        assert job.report[name] == check.report[name]
    assert job.report["kept"] + job.report["refused"] == job.report["read"]
    if not job.report["kept"]:
        assert checksums() == before
        return "nothing kept"
    return "imported"


def chance(data: DataObject, of: int) -> bool:
    return data.draw(st.integers(1, of)) == of


def first_form(importer: str, raw: bytes) -> MapForm | None:
    """What the page of columns shows at first."""
    file = BytesIO(raw)
    try:
        return MapForm(registry.importers[importer], look(file, guess_layout(file)))
    except FileRefused:
        return None


def filled(form: Any) -> dict[str, Any]:
    """What would be sent by somebody who leaves the guesses and gives needed fields the first column."""
    bound = [*form.columns, *form.questions]
    needed = {field.html_name: 1 for field in bound if field.field.required}
    return needed | {
        field.html_name: value for field in bound if (value := field.value()) not in (None, "", False)
    }


def worked_off() -> Job:
    """The newest job, at its end; an error of ours would have been tried again."""
    job = Job.objects.latest("pk")
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
        assert not (job.error and job.state == Job.State.QUEUED), job.error
    return job
