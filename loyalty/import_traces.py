"""What it means for imported customers and orders that the ledger points to them.

The ledger never loses a row: what an import's orders earned is taken back by the opposite transfer.
"""

from __future__ import annotations

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from crm.core.importers import ImportTrace
from loyalty.models import Transfer

BY_HAND = (Transfer.Kind.SPEND, Transfer.Kind.ADJUST)
TAKEN_BACK = Transfer.objects.filter(
    key=Concat(Value("opening-back:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
)
OPENED = Transfer.objects.filter(~Exists(TAKEN_BACK), member=OuterRef("pk"), kind=Transfer.Kind.OPEN)

IMPORT_TRACES = [
    ImportTrace(model="loyalty.Member", stay=True, used=Q(transfers__kind__in=BY_HAND) | Q(Exists(OPENED))),
    ImportTrace(model="loyalty.Transfer", stay=True),
]
