"""One report for all benches of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.figures import FIGURES, write_report


@pytest.fixture(scope="session", autouse=True)
def report() -> Iterator[None]:
    """Print the machine, its load and every figure, and keep them in var/bench.json."""
    yield
    if FIGURES:
        write_report()
