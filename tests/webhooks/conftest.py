from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.webhooks.receiving import Receiver, receiving


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver on this machine, which this installation allows."""
    settings.OUTGOING_ALLOW_HTTP = True
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.LEASE_SECONDS = 20
    with receiving() as server:
        yield server
