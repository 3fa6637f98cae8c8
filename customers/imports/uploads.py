"""An upload on its way from page to page: a signed address that nobody else can use."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from django.core import signing
from django.core.files.storage import default_storage
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode

from crm.core.importers import Importer
from crm.core.models import Job, User
from customers.imports.files import ABANDONED, CHECK
from customers.imports.forms import BUILTIN
from customers.imports.mapping import BadMap, ImportMap, builtin_maps_for
from customers.models import NamedMap

SALT = "customers.imports.upload"
CHECKED = "check:"


class Upload(NamedTuple):
    """A stored file, what it was called, what it is for, and who brought it."""

    stored: str
    name: str
    importer: str
    user_id: int

    @classmethod
    def behind(cls, token: str, user: User) -> Self:
        """Raises Http404 for others' and old ones."""
        try:
            kept = cls(*signing.loads(token, salt=SALT, max_age=ABANDONED))
        except signing.BadSignature as error:
            raise Http404 from error
        if kept.user_id != user.pk:
            raise Http404
        return kept

    def address(self, map_name: str = "") -> str:
        """The page of its columns, filled from a map when one is named."""
        page = reverse("imports:columns", args=[signing.dumps([*self], salt=SALT)])
        return f"{page}?{urlencode({'map': map_name})}" if map_name else page

    def open(self) -> Any:
        """Raises Http404 when the file is gone."""
        try:
            return default_storage.open(self.stored)
        except OSError as error:
            raise Http404 from error


def chosen_map(importer: Importer, name: str, user: User) -> ImportMap | None:
    """The map behind a name in an address: a saved one, one that comes along, or that of the user's check."""
    if not name:
        return None
    if name.startswith(BUILTIN):
        return builtin_maps_for(importer.name).get(name.removeprefix(BUILTIN))
    number = name.removeprefix(CHECKED)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise Http404
    if name.startswith(CHECKED):
        raw = get_object_or_404(Job.objects.visible_to(user).filter(kind=CHECK), pk=number).params["map"]
    else:
        raw = get_object_or_404(NamedMap, pk=number).map
    try:
        found = ImportMap.from_dict(raw)
    except BadMap:
        return None  # of an earlier version: it is guessed anew
    return found if found.importer == importer.name else None
