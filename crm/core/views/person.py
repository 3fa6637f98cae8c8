"""A person's own pages: profile and API tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.access import staff
from crm.core.forms import ProfileForm, TokenForm
from crm.core.models import ApiToken, User
from crm.core.people import issue_token, revoke_token
from crm.core.views.answers import errors_on


@staff("profile.write")
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "core/profile.html", {"form": form})


@staff("tokens.write")
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens; a new one's secret is in the answer to its form and nowhere else."""
    assert isinstance(request.user, User)
    form = TokenForm(request.POST or None, person=request.user)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            _token, secret = issue_token(user=request.user, **chosen(form))
            form = TokenForm(person=request.user)
    found = ApiToken.objects.filter(user=request.user).order_by("revoked_at", "-id")[:200]
    return render(request, "core/tokens.html", {"form": form, "tokens": found, "secret": secret})


def chosen(form: TokenForm) -> dict[str, Any]:
    """The form's values, the last day as the end of that day."""
    last_day = form.cleaned_data["expires_at"]
    end = dt.datetime.combine(last_day, dt.time.max, timezone.get_current_timezone()) if last_day else None
    return {**form.cleaned_data, "expires_at": end}


@staff("tokens.write")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    revoke_token(token=get_object_or_404(ApiToken, pk=pk, user=request.user))
    messages.success(request, _("The token no longer works."))
    return redirect("tokens")
