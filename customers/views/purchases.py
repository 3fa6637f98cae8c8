"""Orders: recorded, brought on their way, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.core.access import staff
from crm.core.paging import page_of
from crm.core.views.answers import INVALID, errors_on, sent, show_form
from customers.forms.purchases import LineForm, LineFormSet, PurchaseForm, ReturnForm, StatusForm
from customers.models import Product, Purchase
from customers.recents import remember
from customers.services.purchases import change_status, record_purchase
from customers.services.returns import record_return
from customers.views.found import find_account, find_purchase, person
from customers.views.purchase_screen import lines_with_returns, products_like, steps_of

OFFERED = 50


@staff("customers.read")
@require_safe
def purchase(request: HttpRequest, pk: int) -> HttpResponse:
    """One order with its lines, its way to the customer and what came back."""
    found = find_purchase(request, pk)
    remember(request, found)
    return render(request, "customers/purchase.html", purchase_context(found))


def purchase_context(found: Purchase) -> dict[str, Any]:
    return {
        "purchase": found,
        "lines": lines_with_returns(found),
        "steps": steps_of(found),
        "returns": found.returns.prefetch_related("lines__product").order_by("-returned_at", "-id"),
    }


@staff("customers.read")
@require_safe
def account_purchases(request: HttpRequest, pk: int) -> HttpResponse:
    """All orders of an account and below it, the newest first."""
    found = find_account(request, pk)
    orders = Purchase.objects.below(found).select_related("account", "contact")
    context = {"account": found, "page": page_of(request, orders, order="-ordered_at")}
    return render(request, "customers/purchases.html", context)


@staff("purchases.write")
def purchase_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an order: who, when, and a row for each product."""
    account, user = find_account(request, pk), person(request)
    form = PurchaseForm(sent(request), account=account, user=user)
    lines = LineFormSet(sent(request), prefix="lines")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        with errors_on(form):
            wanted = [row.line for row in lines if row.line]
            made = record_purchase(account=account, lines=wanted, actor=user, **form.cleaned_data)
            messages.success(request, _("Order #%(number)s is recorded.") % {"number": made.number})
            return redirect(made)
    context = {"account": account, "form": form, "lines": lines, "products": products_like("", OFFERED)}
    wrong = form.errors or lines.total_error_count()
    return render(request, "customers/purchase_form.html", context, status=INVALID if wrong else 200)


@staff("purchases.write")
@require_GET
def purchase_line(request: HttpRequest, index: int) -> HttpResponse:
    """One row of the order form: an empty one more, or the same with the price of the product just chosen."""
    prefix = f"lines-{index}"
    words = request.GET.get(f"{prefix}-product", "").replace("\0", "")
    product = Product.objects.filter(sku__iexact=words).first() if words else None
    names = ("product", "quantity", "unit_price")
    typed: dict[str, Any] = {name: request.GET.get(f"{prefix}-{name}") for name in names}
    if product:
        typed["unit_price"] = product.price if product.price is not None else typed["unit_price"]
        typed["quantity"] = typed["quantity"] or "1"
    context = {
        "form": LineForm(prefix=prefix, initial=typed),
        "index": index,
        "product": product,
        "is_more": "more" in request.GET,
        "next": index + 1,
    }
    return render(request, "customers/parts/purchase_line.html", context)


@staff("purchases.write")
@require_GET
def product_options(request: HttpRequest) -> HttpResponse:
    """Products that fit what is being typed, as options of a datalist."""
    words = next((str(value) for name, value in request.GET.items() if name.endswith("-product")), "")
    context = {"products": products_like(words.replace("\0", ""), OFFERED)}
    return render(request, "customers/parts/product_options.html", context)


@staff("purchases.write")
@require_POST
def purchase_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Shipped, delivered or installed, now or on a day before."""
    found = find_purchase(request, pk)
    form = StatusForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            moved = change_status(purchase=found, actor=person(request), **form.cleaned_data)
            messages.success(request, _("Order #%(number)s: %(status)s.") % {
                "number": moved.number, "status": moved.status_label.lower(),
            })  # fmt: skip
            return redirect(found)
    context = purchase_context(found) | {"status_form": form}
    return render(request, "customers/purchase.html", context, status=INVALID)


@staff("purchases.write")
def purchase_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Take goods back, some or all."""
    found = find_purchase(request, pk)
    form = ReturnForm(sent(request), purchase=found, lines=lines_with_returns(found))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = record_return(
                account=found.account,
                purchase=found,
                lines=form.returned,
                reason=form.cleaned_data["reason"],
                returned_at=form.cleaned_data["returned_at"],
                actor=person(request),
            )
            messages.success(request, _("Return %(number)s is recorded.") % {"number": made.number})
            return redirect(found)
    return show_form(request, "customers/return_form.html", form, purchase=found)
