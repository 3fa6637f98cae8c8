"""What it means for imported customers, orders and answers that rows of ours point to them."""

from __future__ import annotations

from django.db.models import Q

from crm.core.importers import ImportTrace
from surveys.models import Invitation
from surveys.services.planning import MESSAGE_KIND

IMPORT_TRACES = [
    ImportTrace(
        model="surveys.Invitation",
        along=("account", "contact", "purchase"),
        unused=Q(sent_at=None, state__in=[Invitation.State.PLANNED, Invitation.State.CANCELLED]),
        message_kind=MESSAGE_KIND,
    ),
    ImportTrace(model="surveys.ResponseWords", along=("response",)),
    ImportTrace(model="surveys.ResponseRevision", along=("response",)),
]
