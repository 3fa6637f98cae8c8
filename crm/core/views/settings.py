"""Settings: brand, money and hours, people, teams."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.access import may, staff
from crm.core.brand import shades, worries
from crm.core.company_sign_in.people import is_linked, remove_link
from crm.core.forms import COLOUR_FITS, BrandForm, MoneyAndHoursForm, PersonForm, TeamForm
from crm.core.models import Company, Team, User
from crm.core.models.company import hex_colour
from crm.core.people import create_person, delete_team, save_team, update_person
from crm.core.registry import registry
from crm.core.views.answers import errors_on


@staff("customers.read")
def index(request: HttpRequest) -> HttpResponse:
    """What this person may set."""
    sections = [s for s in registry.settings_sections if may(request.user, s.permission)]
    return render(request, "core/settings/index.html", {"sections": sections})


@staff("settings.write")
def brand(request: HttpRequest) -> HttpResponse:
    return edit_company(request, BrandForm, _("Brand"), "settings_brand")


@staff("settings.write")
def brand_colour(request: HttpRequest) -> JsonResponse:
    """What a colour makes of the page, before anybody saves it."""
    colour = request.GET.get("colour", "")
    try:
        hex_colour(colour)
    except ValidationError as wrong:
        return JsonResponse({"note": wrong.message}, status=400)
    worry = worries(colour)
    return JsonResponse({"shades": shades(colour), "note": worry or COLOUR_FITS, "worry": bool(worry)})


@staff("settings.write")
def money_and_hours(request: HttpRequest) -> HttpResponse:
    return edit_company(request, MoneyAndHoursForm, _("Currency and working hours"), "settings_hours")


def edit_company(
    request: HttpRequest, form_class: type[BrandForm | MoneyAndHoursForm], title: str, url_name: str
) -> HttpResponse:
    form = form_class(request.POST or None, request.FILES or None, instance=Company.load())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(url_name)
    context = {"form": form, "title": title, "back": "settings", "upload": form.is_multipart()}
    return render(request, "core/settings/form.html", context)


@staff("people.write")
def people(request: HttpRequest) -> HttpResponse:
    found = User.objects.prefetch_related("teams").order_by("-is_active", "name", "pk")[:500]
    return render(request, "core/settings/people.html", {"people": found})


@staff("people.write")
def add_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            person = create_person(**form.cleaned_data)
            words = _("%(name)s can now choose a password through “Forgot your password?”.")
            messages.success(request, words % {"name": person.name})
            return redirect("settings_people")
    context = {"form": form, "title": _("New person"), "back": "settings_people"}
    return render(request, "core/settings/form.html", context)


@staff("people.write")
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_person(person=person, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("settings_people")
    context = {"form": form, "title": person.name, "back": "settings_people", "linked": is_linked(person)}
    return render(request, "core/settings/form.html", context)


@staff("people.write")
@require_POST
def unlink_person(request: HttpRequest, pk: int) -> HttpResponse:
    remove_link(person=get_object_or_404(User, pk=pk))
    messages.success(request, _("The link is removed."))
    return redirect("settings_edit_person", pk)


@staff("people.write")
def teams(request: HttpRequest) -> HttpResponse:
    found = Team.objects.prefetch_related("memberships__user").order_by("name")[:500]
    return render(request, "core/settings/teams.html", {"teams": found})


@staff("people.write")
def edit_team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new team, or one that is there."""
    team = get_object_or_404(Team, pk=pk) if pk else Team()
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        save_team(team=team, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("settings_teams")
    context = {
        "form": form,
        "title": team.name if pk else _("New team"),
        "back": "settings_teams",
        "team": team,
    }
    return render(request, "core/settings/form.html", context)


@staff("people.write")
@require_POST
def remove_team(request: HttpRequest, pk: int) -> HttpResponse:
    delete_team(team=get_object_or_404(Team, pk=pk))
    messages.success(request, _("The team is dissolved; its accounts stay with their owners."))
    return redirect("settings_teams")
