"""What we write, by name: each content with its versions and how often their links were followed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import StaffRequest, may, staff
from crm.core.paging import page_of
from customers.outreach.clicks import figures
from customers.outreach.forms import ClickRulesForm
from customers.outreach.models import ClickRules, Content
from customers.outreach.services import change_click_rules, switch_clicks


@staff("messages.read")
@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    page = page_of(request, figures.contents_with_links(), order="name")
    return render(request, "outreach/contents.html", {"page": page})


@staff("messages.read")
@require_safe
def content(request: StaffRequest, slug: str) -> HttpResponse:
    """One version with its links: the newest, or the one asked for by its id."""
    found = get_object_or_404(Content, slug=slug)
    versions = list(found.versions.order_by("-created_at", "-pk").defer("html", "text", "body")[:50])
    chosen = request.GET.get("version", "")
    version = next((one for one in versions if str(one.pk) == chosen), versions[0] if versions else None)
    context = {
        "content": found,
        "versions": versions,
        "version": version,
        "lines": figures.link_lines(version) if version else [],
        "people": figures.people_who_clicked(version) if version else None,
        "counting": ClickRules.load().count_clicks,
        "may_change": may(request.user, "settings.write"),
    }
    return render(request, "outreach/content.html", context)


@staff("settings.write")
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Count the clicks in a content from now on, or no more."""
    found = get_object_or_404(Content, slug=slug)
    switch_clicks(content=found, count="count" in request.POST)
    messages.success(request, _("Saved. It holds for every mail that is sent from now on."))
    return redirect("outreach:content", slug)


@staff("settings.write")
def click_rules(request: HttpRequest) -> HttpResponse:
    form = ClickRulesForm(request.POST or None, instance=ClickRules.load())
    if request.method == "POST" and form.is_valid():
        change_click_rules(**form.cleaned_data)
        messages.success(request, _("Saved. It holds for every mail that is sent from now on."))
        return redirect("outreach:click_rules")
    context = {"form": form, "title": _("Clicks in mails"), "back": "settings"}
    return render(request, "core/settings/form.html", context)
