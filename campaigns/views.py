"""Sequences: what they do, who is in them, and why something was not sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from campaigns import figures, services
from campaigns.forms import TakeOutForm
from campaigns.reading import enrolments_listed, line_of, state_chips, wanted_state
from crm.core.access import may, staff
from crm.core.paging import page_of
from customers.flows.services import pause_flow, retry_failed, start_flow
from customers.models import Enrolment, Flow
from customers.views.found import person

PEOPLE_SHOWN = 25


@staff("programs.read")
@require_GET
def sequences(request: HttpRequest) -> HttpResponse:
    page = page_of(request, Flow.objects.all(), order="id")
    totals = figures.totals(page.rows, person(request))
    rows = [(flow, totals[flow.pk]) for flow in page.rows]
    return render(request, "campaigns/sequences.html", {"page": page, "rows": rows})


@staff("programs.read")
@require_GET
def sequence(request: HttpRequest, slug: str) -> HttpResponse:
    flow = get_object_or_404(Flow, slug=slug)
    version = flow.latest_version()
    steps, totals = figures.steps_of(flow, version, person(request))
    reasons = figures.add_mail(flow, steps, person(request))
    state = wanted_state(request.GET.get("state", ""))
    context = {
        "flow": flow,
        "version": version,
        "steps": steps,
        "exits": [figures.exit_label(name) for name in version.exits],
        "totals": totals,
        "reasons": reasons.most_common(),
        "chips": state_chips(state, totals),
        "may_run": may(person(request), "programs.run"),
        **people(request, flow, state=state),
    }
    return render(request, "campaigns/sequence.html", context)


def people(request: HttpRequest, flow: Flow, *, state: str) -> dict[str, Any]:
    """A page of who is in the sequence, in one state, the newest first."""
    found = enrolments_listed(person(request), flow, state).for_reading()
    page = page_of(request, found, order="-id", size=PEOPLE_SHOWN)
    return {"page": page, "lines": [line_of(enrolment) for enrolment in page.rows]}


@staff("programs.run")
@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    flow = pause_flow(flow=get_object_or_404(Flow, slug=slug))
    messages.success(request, _("“%(name)s” is paused. Nobody takes a step.") % {"name": flow.name})
    return redirect("campaigns:sequence", flow.slug)


@staff("programs.run")
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    flow = start_flow(flow=get_object_or_404(Flow, slug=slug))
    messages.success(request, _("“%(name)s” is running.") % {"name": flow.name})
    return redirect("campaigns:sequence", flow.slug)


@staff("programs.run")
@require_POST
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    flow = get_object_or_404(Flow, slug=slug)
    again = retry_failed(flow=flow)
    text = ngettext("%(count)d person tries again.", "%(count)d people try again.", again)
    messages.success(request, text % {"count": again})
    return redirect("campaigns:sequence", flow.slug)


@staff("programs.run")
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = Enrolment.objects.visible_to(person(request)).for_reading()
    enrolment = get_object_or_404(found, pk=pk)
    form = TakeOutForm(request.POST or None, others=services.others_of_account(enrolment).count())
    back = reverse("campaigns:sequence", args=[enrolment.flow.slug])
    if request.method == "POST" and form.is_valid():
        ended = services.take_out(enrolment=enrolment, by=person(request), **form.cleaned_data)
        text = ngettext("%(count)d run was ended.", "%(count)d runs were ended.", ended)
        messages.success(request, text % {"count": ended})
        return redirect(back)
    context = {"form": form, "enrolment": enrolment, "line": line_of(enrolment), "back": back}
    return render(request, "campaigns/take_out.html", context, status=422 if form.errors else 200)
