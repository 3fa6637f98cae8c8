"""Imports by test: files go to a folder of the test, jobs are worked off as a worker would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django import Settings

from tests.imports.importing import ORDER
from tests.webhooks.receiving import Receiver, receiving


@pytest.fixture(autouse=True)
def storage(settings: LazySettings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    place = tmp_path / "incoming"
    place.mkdir()
    settings.IMPORT_FOLDER = str(place)
    return place


@pytest.fixture
def server(settings: Settings) -> Iterator[Receiver]:
    """A web server that may be asked, with a file of orders."""
    settings.OUTGOING_ALLOW_HTTP, settings.OUTGOING_ALLOWED_HOSTS = True, ["127.0.0.1"]
    with receiving() as found:
        found.words = ORDER.encode()
        yield found
