"""Error pages that help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error as error_page

from crm.core.access import public
from crm.core.api.problems import problem_page


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: what was typed can be sent again."""
    return render(request, "403_csrf.html", status=403)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke: programs are told in their own form, people by a page that needs nothing to work."""
    if request.path.startswith("/api/"):
        return problem_page(500, "Something broke on our side. It is written down; nothing was saved.")
    return error_page(request)
