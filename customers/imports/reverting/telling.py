"""The report of taking an import back: what goes, what gets its old values, what stays and why.

Words are stored in English and put into the reader's language on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Model
from django.utils.translation import gettext_noop

from crm.core.models import Job
from crm.core.registry import registry
from customers.imports.reverting.choosing import EDITED, WRITTEN_LATER, Choice, added_models, count
from customers.imports.reverting.links import label, model_named
from customers.imports.staging import fetch
from customers.models import ImportChange, PurchaseLine, ReturnLine

MOST_NAMED = 100
CALLED = {
    "customers.account": gettext_noop("Customers"),
    "customers.contact": gettext_noop("People"),
    "customers.enrolment": gettext_noop("Sequences"),
    "customers.interaction": gettext_noop("Conversations"),
    "customers.interactioncontact": gettext_noop("Conversations"),
    "customers.mailevent": gettext_noop("Mails"),
    "customers.message": gettext_noop("Mails"),
    "customers.product": gettext_noop("Articles"),
    "customers.productline": gettext_noop("Product lines"),
    "customers.purchase": gettext_noop("Orders"),
    "customers.purchaseline": gettext_noop("Lines of orders"),
    "customers.return": gettext_noop("Returns"),
    "customers.returnline": gettext_noop("Lines of returns"),
    "customers.task": gettext_noop("Tasks"),
    "customers.timelineentry": gettext_noop("Notes on timelines"),
    "surveys.invitation": gettext_noop("Survey invitations"),
    "surveys.response": gettext_noop("Survey answers"),
    "loyalty.member": gettext_noop("Points spent or given by hand"),
    "loyalty.referral": gettext_noop("Referrals"),
    "loyalty.transfer": gettext_noop("Points"),
}
WHYS = {
    EDITED: gettext_noop("Somebody has edited it since"),
    WRITTEN_LATER: gettext_noop("A later import wrote it, too, and has it now"),
}
USED = gettext_noop("Used since")

COUNT_KEPT = """
    SELECT model, why, count(*) FROM (SELECT DISTINCT model, id, why FROM taking_kept) k
    WHERE model = ANY(%(models)s) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
NAME_KEPT = """
    SELECT model, id, min(why) FROM taking_kept WHERE model = ANY(%(models)s)
    GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %(most)s
"""


def report_of(choice: Choice, changed: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    lines = [model for model in (PurchaseLine, ReturnLine) if model in choice.models]
    told = sorted({*added_models(choice.job), *lines}, key=label)
    about = {"models": [label(model) for model in told], "most": MOST_NAMED}
    return {
        "removed": [{"label": called(label(model)), "rows": count(model)} for model in told],
        "changed": [{"label": called(name), **numbers} for name, numbers in changed.items()],
        "kept": [
            {"label": called(name), **because(why), "rows": number}
            for name, why, number in fetch(COUNT_KEPT, about)
        ],
        "named": [named(model_named(name), pk, why) for name, pk, why in fetch(NAME_KEPT, about)],
    }


def called(name: str) -> str:
    """What rows of a model are called, as a phrase to be translated."""
    return CALLED.get(name) or str(model_named(name)._meta.verbose_name_plural).capitalize()


def because(why: str) -> dict[str, str]:
    return {"why": WHYS[why], "by": ""} if why in WHYS else {"why": USED, "by": called(why)}


def named(model: type[Model], pk: int, why: str) -> dict[str, str]:
    """A row that stays, so that somebody can look at it; people only by number, as reports outlive names."""
    row: Any = model._base_manager.get(pk=pk)
    handler = registry.customer_data.get(model._meta.label)
    is_personal = handler is not None and isinstance(handler.erase, Mapping)
    address = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
    name = f"#{pk}" if is_personal else str(row)
    return {"label": called(label(model)), "name": name, "url": address, **because(why)}


def written_by(job: Job) -> list[dict[str, Any]]:
    """What an import added and changed, by what it is called; the lines of new orders go with these."""
    rows = ImportChange.objects.filter(job=job).values_list("model", "action").annotate(number=Count("pk"))
    found: dict[str, dict[str, Any]] = {}
    for name, action, number in rows.order_by("model"):
        found.setdefault(name, {"label": called(name), "added": 0, "changed": 0})[action] = number
    return list(found.values())
