"""What campaigns show on the account screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.reading import line_of
from crm.core.access import may
from crm.core.models import User
from crm.core.registry import Panel
from customers.models import Account, Enrolment, names

SHOWN = 5
COLUMNS = (
    *("state", "position", "due_at", "ended_at", "attempts", "outcome"),
    *("flow__slug", "flow__name", "flow__state", "version__steps"),
    *names.of_account(),
    *names.of_contact(),
)


def under_way(account: Account, user: User) -> Mapping[str, Any] | None:
    """The sequences this account and those below it are in, what comes next first."""
    found = Enrolment.objects.active().below(account).for_reading().only(*COLUMNS)
    rows = list(found.order_by("due_at", "id")[: SHOWN + 1])
    if not rows:
        return None
    return {
        "lines": [line_of(enrolment) for enrolment in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "may_run": may(user, "programs.run"),
    }


PANELS = [
    Panel(
        name="campaigns.under_way",
        title=_("Under way"),
        template="campaigns/panel.html",
        load=under_way,
        order=60,
    )
]
