"""What it means for imported customers, people and orders that rows of ours point to them."""

from __future__ import annotations

from django.db.models import Q

from crm.core.importers import ImportTrace
from customers.models import Message

IMPORT_TRACES = [
    ImportTrace(model="customers.AccountSummary", along=("account",)),
    ImportTrace(model="customers.Return", told="return:{id}"),
    ImportTrace(model="customers.Interaction", told="interaction:{id}"),
    ImportTrace(model="customers.PurchaseLine", along=("purchase",)),
    ImportTrace(model="customers.ReturnLine", along=("return_of",)),
    ImportTrace(model="customers.InteractionContact", along=("interaction",)),
    # the timeline only tells of rows, and those speak for themselves
    ImportTrace(model="customers.TimelineEntry", along=("account", "contact")),
    ImportTrace(model="customers.TimelineWords", along=("entry",)),
    ImportTrace(
        model="customers.Message",
        along=("account", "contact"),
        unused=Q(state__in=[Message.State.PLANNED, Message.State.REFUSED]),
    ),
    ImportTrace(model="customers.ContactTouch", along=("contact",), unused=Q(paused_until=None)),
    # whoever said yes or no to us has a record of it, which keeps them
    ImportTrace(model="customers.Subscription", along=("contact",)),
    ImportTrace(model="customers.ConsentRecord", along=("contact",), unused=Q(source="import")),
    ImportTrace(model="customers.Enrolment", along=("account", "contact")),
    ImportTrace(model="customers.StepRun", along=("enrolment",)),
]
