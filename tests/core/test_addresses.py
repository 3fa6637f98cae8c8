"""Addresses of rows in long lists."""

from __future__ import annotations

from django.urls import reverse

from crm.core.addresses import address_of


def test_they_are_those_that_reverse_finds() -> None:
    for pk in (1, 9_876_543_210):
        assert address_of("customers:task_done", pk) == reverse("customers:task_done", args=[pk])
