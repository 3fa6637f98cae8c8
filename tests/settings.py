"""crm.settings on the servers of this test run."""

from __future__ import annotations

import os

from tests import servers

os.environ.update(servers.environment(servers.DATABASE))

from crm.settings import *  # noqa: F403  (after the environment is set)
