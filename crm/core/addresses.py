"""The addresses of rows, of which a list needs hundreds: found once per name, then only the id is put in."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

STAND_IN = 987_654_321


def address_of(name: str, pk: int) -> str:
    """`reverse(name, args=[pk])`, for addresses with nothing but an id in them."""
    return frame_of(name).replace(str(STAND_IN), str(pk))


@cache
def frame_of(name: str) -> str:
    return reverse(name, args=[STAND_IN])
