"""Cached balances and counters against what they are the sum of. Any difference is an alarm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import Comparison
from crm.core.registry import registry
from crm.core.telling import tell_admins

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something to compare; `count()` answers how many rows differ. `url_name`: where a person looks on."""

    name: str
    label: _StrOrPromise
    count: Callable[[], int]
    url_name: str = ""


def compare_all() -> list[Comparison]:
    """Run every check, note what it found, and write to the admins when something newly differs."""
    found = [compare(check) for check in registry.checks.values()]
    raised = [one for one in found if one.differences != 0 and one.since == one.at]
    if raised:
        tell_admins(
            subject=_("Something does not add up"),
            lines=[f"{registry.checks[one.name].label}: {words_for(one)}" for one in raised],
            place=reverse("housekeeping"),
        )
    return found


def compare(check: Check) -> Comparison:
    """One check; a difference that was there the last time keeps the moment it was first seen."""
    try:
        differences = check.count()
    except Exception:
        logger.exception("The comparison of %s failed", check.name)
        differences = None
    now = timezone.now()
    last = Comparison.objects.filter(name=check.name).first()
    since = None if differences == 0 else (last and last.since) or now
    if differences:
        logger.error("%s: %s rows differ", check.name, differences)
    return Comparison.objects.update_or_create(
        name=check.name, defaults={"at": now, "differences": differences, "since": since}
    )[0]


def words_for(one: Comparison) -> str:
    if one.differences is None:
        return _("could not be compared")
    return _("%(count)d rows differ") % {"count": one.differences}
