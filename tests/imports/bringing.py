"""Bring text in by any importer, with the columns that are guessed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from crm.core.jobs import run_slice
from crm.core.models import Job, User
from crm.core.registry import registry
from customers.imports.files import keep_upload
from customers.imports.guessing import guess_layout, guess_map, look
from customers.imports.jobs import start_check, start_import
from customers.imports.mapping import ImportMap


def map_for(importer: str, text: str, **changes: Any) -> ImportMap:
    """What somebody who changes nothing on the page of the columns sends."""
    file = BytesIO(text.encode())
    sight = look(file, guess_layout(file))
    guessed = guess_map(registry.importers[importer], sight)
    fields = {name: sight.called(number) for name, number in guessed.pop("fields").items()}
    return ImportMap.from_dict({"importer": importer, "fields": fields, **guessed, **changes})


def bring(importer: str, text: str, *, by: User | None = None, **changes: Any) -> Job:
    stored = keep_upload(BytesIO(text.encode()))
    return finish(
        start_import(stored=stored, name="test.csv", found=map_for(importer, text, **changes), by=by)
    )


def check(importer: str, text: str, *, by: User | None = None, **changes: Any) -> Job:
    stored = keep_upload(BytesIO(text.encode()))
    return finish(
        start_check(stored=stored, name="test.csv", found=map_for(importer, text, **changes), by=by)
    )


def finish(job: Job) -> Job:
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
    assert job.state == "done", job.error
    return job
