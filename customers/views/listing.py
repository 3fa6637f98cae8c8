"""Chips above a list, which lead to other parts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class Chip:
    """A filter as a link (see templates/core/chips.html)."""

    label: _StrOrPromise
    url: str
    active: bool
    count: int | None = None
