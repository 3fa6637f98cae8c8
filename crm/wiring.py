"""Where the apps meet: who reacts to what, and what each app offers to all. Read this first."""

from __future__ import annotations

from crm.core.registry import registry


def wire() -> None:
    """Fill the registry; called once per process by `crm.apps`."""
    registry.fill()
