"""Imports by test: files go to a folder of the test, jobs are worked off as a worker would."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def storage(settings: LazySettings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
