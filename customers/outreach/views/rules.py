"""Settings, Touch rules."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from crm.core.access import staff
from customers.outreach.forms import TouchRulesForm
from customers.outreach.models import TouchRules
from customers.outreach.services import change_touch_rules


@staff("settings.write")
def touch_rules(request: HttpRequest) -> HttpResponse:
    form = TouchRulesForm(request.POST or None, instance=TouchRules.load())
    if request.method == "POST" and form.is_valid():
        change_touch_rules(**form.chosen())
        messages.success(request, _("Saved. The rules hold for everything that is sent from now on."))
        return redirect("outreach:touch_rules")
    return render(request, "outreach/touch_rules.html", {"form": form})
