"""Cursors come from addresses, so that anything may stand in them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import RequestFactory

from crm.core.models import Job
from crm.core.paging import BadCursor, is_uncounted, paginate
from customers.models import Account, Purchase
from tests.factories import create_account

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
        (Account.objects.all(), "created_at", forged("created_at", False, ["t", "2026-11-22T10:00:00"], 1)),
        (Account.objects.all(), "name", forged("name", False, ["s", "a"], 1, "more")),
        (Purchase.objects.all(), "total", forged("total", False, ["n", "Infinity"], 1)),
        (Purchase.objects.all(), "total", forged("total", False, ["n", "sNaN"], 1)),
        (Purchase.objects.all(), "total", forged("total", False, ["s", "much"], 1)),
        (Job.objects.all(), "-id", base64.urlsafe_b64encode(b"[" * 3000).decode()),
    ],
)
def test_forged_cursors_are_refused(rows: QuerySet[Any], order: str, cursor: str) -> None:
    with pytest.raises(BadCursor):
        paginate(rows, order=order, cursor=cursor)


def test_a_list_too_long_to_count_is_not_counted_again(rf: RequestFactory) -> None:
    for number in range(3):
        create_account(name=f"Account {number}")

    for uncounted in (True, False):
        first = paginate(Account.objects.all(), order="name", size=1, uncounted=uncounted)
        second = paginate(Account.objects.all(), order="name", size=1, cursor=first.next, uncounted=uncounted)
        for cursor in (first.next, second.next, second.previous):
            request = rf.get("/", {"cursor": cursor or ""})
            assert is_uncounted(request, order="name") is uncounted
    assert not is_uncounted(rf.get("/"), order="name")
    with pytest.raises(BadCursor):
        is_uncounted(rf.get("/", {"cursor": "nonsense"}), order="name")
