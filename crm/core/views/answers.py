"""How a page answers: where to go back to, what the corner says, what a service refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

INVALID = 422


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent (perhaps nothing at all), None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


@contextmanager
def errors_on(form: BaseForm) -> Iterator[None]:
    """What a service refuses inside the block becomes errors beside the fields of `form`."""
    try:
        yield
    except ValidationError as error:
        known = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, words in known.items():
            for word in words:
                form.add_error(name if name in form.fields else None, word)


def show_form(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """A page with a form: 422 when what was sent had mistakes."""
    return render(request, template, {"form": form, **context}, status=INVALID if form.errors else 200)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Send a plain form back to the page it stood on."""
    origin = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        origin, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(origin if safe and request.path not in origin else otherwise)


def done(
    request: HttpRequest, text: _StrOrPromise, *, otherwise: str, undo: str = "", trigger: str = ""
) -> HttpResponse:
    """Say that something was done: by a toast with an emptied row to HTMX, by a message to a plain form."""
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, str(text), extra_tags=f"undo={undo}" if undo else "")
        return back(request, otherwise)
    events: dict[str, Any] = {"toast": {"text": str(text), "undo": undo}}
    if trigger:
        events[trigger] = True
    return HttpResponse(headers={"HX-Trigger": json.dumps(events)})
