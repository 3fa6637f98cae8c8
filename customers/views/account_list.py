"""The list of customers, narrowed, sorted, paged by keyset, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from crm.core.access import staff
from crm.core.arrays import one_of
from crm.core.compiled import compiled
from crm.core.downloads import record_download
from crm.core.models import Download, User
from crm.core.paging import CAP, few_ids, is_uncounted, page_by, page_of, rows_from
from crm.core.spreadsheet import csv_lines
from customers.forms.accounts import AccountFilter
from customers.models import Account
from customers.models.accounts import EPOCH, AccountQuerySet
from customers.views.found import person
from customers.views.listing import Chip

MOST_ROWS = 10_000
HEADER: list[object] = [
    "number",
    "name",
    "kind",
    "industry",
    "city",
    "region",
    "country",
    "owner",
    "customer_since",
    "last_purchase",
    "last_touch",
    "orders",
    "revenue_12_months",
    "revenue",
]


@staff("customers.read")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account the person sees; the address holds the filters."""
    user = person(request)
    filters = AccountFilter(request.GET, user=user)
    ids = None
    if not is_uncounted(request, order=filters.order):
        ids = few_ids(narrowed(filters, user, Account.objects.looked_up(user)), CAP)
    if ids is None:
        found = narrowed(filters, user, Account.objects.visible_to(user)).with_activity().for_reading()
        page, total = page_of(request, found, order=filters.order, uncounted=True), (CAP, True)
    else:
        ask = partial(listed(filters.order), ids)
        page, total = page_by(ask, order=filters.order, cursor=request.GET.get("cursor")), (len(ids), False)
    context = {
        "filters": filters,
        "chips": chips(filters),
        "removable": removable(filters),
        "by_industry": narrowing(filters, "industry"),
        "by_owner": narrowing(filters, "owner", mine=None),
        "sort": filters.chosen.get("sort", "name"),
        "page": page,
        "total": total,
        "nothing_yet": not filters.chosen,
    }
    return render(request, "customers/accounts.html", context)


@cache
def listed(order: str) -> Callable[[list[int], Any, int | None, bool], list[Account]]:
    """How to fetch a page of the list in this order among accounts whose ids are known."""

    @compiled
    def rows(ids: list[int], value: Any, pk: int | None, back: bool) -> QuerySet[Account]:
        found = Account.objects.filter(pk__in=one_of(ids)).with_activity().for_reading()
        return rows_from(found, order, value, pk, back)

    return rows


def narrowed(filters: AccountFilter, user: User, found: AccountQuerySet) -> AccountQuerySet:
    """The accounts that the chosen filters leave of those that are found."""
    chosen = filters.chosen
    found = found.filter(summary__isnull=False)
    found = found.exclude(archived_at=None) if chosen.get("archived") else found.active()
    owner = user if chosen.get("mine") else chosen.get("owner")
    if owner:
        found = found.owned_by(owner)
    for name in ("kind", "industry", "parent"):
        if chosen.get(name):
            found = found.filter(**{name: chosen[name]})
    if chosen.get("q"):
        rare = filters.rare_ids
        found = found.matching(chosen["q"]) if rare is None else found.filter(pk__in=rare)
    quiet = filters.quiet_moment()
    return found.with_activity().quiet_since(quiet) if quiet else found


def chips(filters: AccountFilter) -> list[Chip]:
    """The switches that are always there."""
    chosen = filters.chosen
    quiet, newest = chosen.get("quiet") == 6, chosen.get("sort") == "newest"
    return [
        Chip(
            _("Only mine"), changed(filters, mine=None if chosen.get("mine") else 1), bool(chosen.get("mine"))
        ),
        Chip(_("Newest first"), changed(filters, sort=None if newest else "newest"), newest),
        Chip(_("Quiet for 6 months"), changed(filters, quiet=None if quiet else 6), quiet),
        Chip(
            _("Archived"),
            changed(filters, archived=None if chosen.get("archived") else 1),
            bool(chosen.get("archived")),
        ),
    ]


def removable(filters: AccountFilter) -> list[Chip]:
    """The other filters that are set; a click on one takes it away."""
    chosen = filters.chosen
    words = {
        "q": _("“%(words)s”") % {"words": chosen.get("q", "")},
        "owner": str(chosen.get("owner", "")),
        "kind": str(dict(Account.Kind.choices).get(chosen.get("kind", ""), "")),
        "industry": chosen.get("industry", ""),
        "parent": _("Parts of %(name)s") % {"name": chosen.get("parent", "")},
        "quiet": _("Quiet for %(months)s months") % {"months": chosen.get("quiet", "")},
    }
    return [
        Chip(words[name], changed(filters, **{name: None}), True)
        for name in words
        if chosen.get(name) and (name, chosen[name]) != ("quiet", 6)
    ]


def changed(filters: AccountFilter, **changes: Any) -> str:
    """The address of this list with some filters set otherwise, from its first page."""
    values = {name: value.pk if isinstance(value, Model) else value for name, value in filters.chosen.items()}
    values = {name: int(value) if value is True else value for name, value in values.items()} | changes
    return "?" + urlencode({name: value for name, value in values.items() if value is not None})


def narrowing(filters: AccountFilter, name: str, **changes: Any) -> str:
    """The beginning of the addresses that narrow this list by one more filter; its value is to follow."""
    others = changed(filters, **{name: None}, **changes)
    return f"{others}{'&' if others != '?' else ''}{name}="


@staff("customers.read")
@require_GET
def accounts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows as a file, at most 10,000 rows and a word about the rest."""
    user = person(request)
    filters = AccountFilter(request.GET, user=user)
    found = narrowed(filters, user, Account.objects.visible_to(user)).with_activity().select_related("owner")
    record_download(
        user=user,
        kind=Download.Kind.CUSTOMERS,
        rows=found[:MOST_ROWS].count(),
        filters=filters.in_words(),
    )
    order = filters.order
    ordered = found.order_by(order, "-id" if order.startswith("-") else "id")[: MOST_ROWS + 1]
    lines = csv_lines(csv_rows(ordered.iterator(chunk_size=1000)))
    name = f"customers-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_rows(found: Iterable[Account]) -> Iterator[list[object]]:
    yield HEADER
    for count, one in enumerate(found):
        if count == MOST_ROWS:
            yield [_("Only the first 10,000 are in this file. Narrow the list to get the others.")]
            return
        yield csv_row(one)


def csv_row(one: Account) -> list[object]:
    summary = one.summary
    dates = (one.last_purchase, one.last_touch)  # type: ignore[attr-defined]  # annotated by with_activity()
    days = ["" if moment == EPOCH else moment.date().isoformat() for moment in dates]
    place = [one.city, one.region, one.country]
    return [
        one.external_id or one.pk, one.name, one.kind, one.industry, *place, one.owner or "",
        one.customer_since or "", *days, summary.orders, summary.revenue_12m, summary.revenue,
    ]  # fmt: skip
