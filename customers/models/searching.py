"""Finding rows by the words a person types, through the trigram indexes."""

from __future__ import annotations

from django.db.models import Q, Value

from crm.core.text import Fold

MOST_WORDS = 12  # each is a condition of its own
SHORTEST_PART = 3  # a trigram index cannot find fewer letters in the middle of a word


def has_words(alias: str, words: str) -> Q:
    """Every word stands somewhere in a folded alias; one or two letters must begin a word there."""
    found = Q()
    for word in words.replace("\0", "").split()[:MOST_WORDS]:
        if len(word) >= SHORTEST_PART:
            found &= Q(**{f"{alias}__contains": Fold(Value(word))})
        else:
            begins, follows = Fold(Value(word)), Fold(Value(f" {word}"))
            found &= Q(**{f"{alias}__startswith": begins}) | Q(**{f"{alias}__contains": follows})
    return found
