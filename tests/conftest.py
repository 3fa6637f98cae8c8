"""Tests run on real servers: tests/servers.py says which, tests/fixtures what a test can ask for."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests import servers

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.mail",
    "tests.fixtures.imap",
    "tests.fixtures.processes",
    "tests.fixtures.browser",
    "tests.fixtures.openid",
    "tests.fixtures.restored",
]


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the servers and migrates the template, its xdist workers find them running."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    stack = ExitStack()
    stack.enter_context(servers.running(fresh=config.option.create_db))
    config.add_cleanup(stack.close)
