"""One guarded way to each object: what the person may not see does not exist (404)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from crm.core.compiled import compiled
from crm.core.models import User
from customers.models import Account, Contact, Purchase, Task
from customers.models.visibility import sight_of


def person(request: HttpRequest) -> User:
    """The signed-in staff member; the access gate lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def find_account(request: HttpRequest, pk: int) -> Account:
    found = visible_account(pk, *sight_of(person(request)))
    if not found:
        raise Http404(f"no account {pk}")
    return found[0]


@compiled
def visible_account(pk: int, owners: list[int] | None, teams: list[int] | None) -> QuerySet[Account]:
    return Account.objects.seen(owners, teams).select_related("owner", "team").filter(pk=pk)


def find_contact(request: HttpRequest, pk: int) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(person(request)).select_related("account"), pk=pk)


def find_purchase(request: HttpRequest, pk: int) -> Purchase:
    visible = Purchase.objects.visible_to(person(request))
    return get_object_or_404(visible.select_related("account", "contact"), pk=pk)


def find_task(request: HttpRequest, pk: int) -> Task:
    visible = Task.objects.visible_to(person(request))
    return get_object_or_404(visible.select_related("account", "contact", "owner"), pk=pk)
