"""Cursors come from addresses, so that anything may stand in them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db.models import QuerySet

from crm.core.models import Job
from crm.core.paging import BadCursor, paginate
from customers.models import Account, Purchase

pytestmark = pytest.mark.django_db


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("rows", "order", "cursor"),
    [
        (Account.objects.all(), "name", "nonsense"),
        (Account.objects.all(), "name", forged("-name", False, ["s", "a"], 1)),
        (Account.objects.all(), "name", forged("name", False, ["s", "a\0"], 1)),
        (Account.objects.all(), "name", forged("name", False, ["s", "\ud800"], 1)),
        (Account.objects.all(), "name", forged("name", False, ["s", "a"], True)),
        (Account.objects.all(), "name", forged("name", False, ["s", "a"], 2**63)),
        (Account.objects.all(), "created_at", forged("created_at", False, ["s", "yesterday"], 1)),
        (Account.objects.all(), "created_at", forged("created_at", False, ["x", 1], 1)),
        (Purchase.objects.all(), "total", forged("total", False, ["n", "Infinity"], 1)),
        (Purchase.objects.all(), "total", forged("total", False, ["n", "sNaN"], 1)),
        (Purchase.objects.all(), "total", forged("total", False, ["s", "much"], 1)),
        (Job.objects.all(), "-id", base64.urlsafe_b64encode(b"[" * 3000).decode()),
    ],
)
def test_forged_cursors_are_refused(rows: QuerySet[Any], order: str, cursor: str) -> None:
    with pytest.raises(BadCursor):
        paginate(rows, order=order, cursor=cursor)
