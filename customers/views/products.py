"""Settings: what we sell."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.core.access import staff
from crm.core.paging import page_of
from crm.core.views.answers import errors_on, sent, show_form
from customers.forms.products import ProductForm, ProductLineForm
from customers.models import Product, ProductLine
from customers.services.products import (
    create_product,
    create_product_line,
    rename_product_line,
    update_product,
)


@staff("products.write")
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Every product by name."""
    page = page_of(request, Product.objects.select_related("line"), order="name")
    return render(request, "customers/products.html", {"page": page})


@staff("products.write")
def product_new(request: HttpRequest) -> HttpResponse:
    form = ProductForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = create_product(**form.cleaned_data)
            messages.success(request, _("%(name)s is on sale.") % {"name": made.name})
            return redirect("customers:products")
    return show_form(request, "customers/product_form.html", form)


@staff("products.write")
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Product, pk=pk)
    form = ProductForm(sent(request), instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_product(product=found, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("customers:products")
    return show_form(request, "customers/product_form.html", form, product=found)


@staff("products.write")
def product_lines(request: HttpRequest) -> HttpResponse:
    """Every product line, and a form for one more."""
    form = ProductLineForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            create_product_line(**form.cleaned_data)
            return redirect("customers:product_lines")
    lines = ProductLine.objects.annotate(size=Count("products"))
    return show_form(request, "customers/product_lines.html", form, lines=lines)


@staff("products.write")
def product_line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ProductLine, pk=pk)
    form = ProductLineForm(sent(request), instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            rename_product_line(line=found, **form.cleaned_data)
            return redirect("customers:product_lines")
    return show_form(request, "customers/product_line_form.html", form, line=found)
