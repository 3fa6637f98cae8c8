"""Database functions for searching words, made by core's first migration, IMMUTABLE for the indexes' sake."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Expression, Func, TextField


class Fold(Func):
    """Lower case without accents: `crm_fold(text) -> text`."""

    function = "crm_fold"
    output_field = TextField()
    arity = 1


class Digits(Func):
    """Digits only, for phone numbers: `crm_digits(text) -> text`."""

    function = "crm_digits"
    output_field = TextField()
    arity = 1


def trigram_index(expression: Expression, name: str) -> GinIndex:
    """An index that answers `LIKE '%part%'` and similarity on a folded expression."""
    return GinIndex(OpClass(expression, name="gin_trgm_ops"), name=name)
