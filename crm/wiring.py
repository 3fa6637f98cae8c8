"""Where the apps meet: who reacts to what, and what each app offers to all. Read this first."""

from __future__ import annotations

from collections.abc import Sequence

import crm.core.tasks
import customers.tasks
import customers.timeline_kinds
from crm.core.events import Event
from crm.core.registry import Reaction, registry

# What happens when … A reaction is one function in APP/reactions.py.
REACTIONS: dict[type[Event], Sequence[Reaction]] = {}


def wire() -> None:
    """Fill the registry with what every app offers; called once per process by `crm.apps`."""
    registry.fill(
        reactions=REACTIONS,
        defaults=[],
        nav=[],
        settings_sections=[],
        panels=[],
        today_cards=[],
        palette=[],
        timeline_kinds=[*customers.timeline_kinds.TIMELINE_KINDS],
        job_kinds=[],
        periodic=[*crm.core.tasks.PERIODIC, *customers.tasks.PERIODIC],
        message_kinds=[],
        steps=[],
        exits=[],
        customer_data=[],
    )
