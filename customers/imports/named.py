"""Maps kept by name: saved from a mapping, offered again when a header fits, renamed and deleted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from crm.core.models import User
from customers.imports.mapping import BadMap, ImportMap
from customers.models import NamedMap


@transaction.atomic
def save_map(*, name: str, found: ImportMap, by: User) -> NamedMap:
    """Keep a map; one of the same name for the same importer is replaced."""
    kept, _created = NamedMap.objects.update_or_create(
        importer=found.importer,
        name=name,
        defaults={"map": found.to_dict() | {"name": name}},
        create_defaults={"map": found.to_dict() | {"name": name}, "created_by": by},
    )
    return kept


@transaction.atomic
def rename_map(*, kept: NamedMap, name: str) -> NamedMap:
    """Raises ValidationError when the importer has a map of this name."""
    kept.name = name.strip()
    kept.map = kept.map | {"name": kept.name}
    kept.full_clean()
    kept.save()
    return kept


@transaction.atomic
def delete_map(*, kept: NamedMap) -> None:
    """Forget a map; imports that ran by it keep what it said."""
    kept.delete()


def maps_that_fit(importer: str, header: Sequence[str]) -> list[NamedMap]:
    """The saved maps whose columns are all in this header, the latest first."""
    kept = NamedMap.objects.filter(importer=importer).order_by("-updated_at", "-pk")
    return [one for one in kept if fits(one, header)]


def fits(kept: NamedMap, header: Sequence[str]) -> bool:
    try:
        found = ImportMap.from_dict(kept.map)
        return found.header and bool(found.columns(header))
    except BadMap:
        return False
