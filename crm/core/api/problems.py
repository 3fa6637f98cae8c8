"""Errors as RFC 9457 problem details (`application/problem+json`)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from crm.core.access import public

MEDIA_TYPE = "application/problem+json"


class OtherRequestSameKey(APIException):
    """422: the Idempotency-Key was used for another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request."
    default_code = "idempotency_key_reused"


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; what a service refuses (ValidationError) is a 400 like any other."""
    if isinstance(error, ModelValidationError):
        error = ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = problem(response.status_code, response.data)
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, data: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if isinstance(data, dict) and set(data) == {"detail"}:
        body["detail"] = str(data["detail"])
    else:
        body["detail"] = "The request has mistakes; see errors."
        body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in flatten(data)]
    return body


def flatten(data: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """(JSON pointer, words) for every mistake; mistakes of the whole body point at ""."""
    if isinstance(data, dict):
        for key, value in data.items():
            whole = key in ("non_field_errors", "__all__")
            yield from flatten(value, pointer if whole else f"{pointer}/{key}")
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        for index, item in enumerate(data):
            yield from flatten(item, f"{pointer}/{index}")
    elif isinstance(data, list):
        for item in data:
            yield pointer, str(item)
    else:
        yield pointer, str(data)


def problem_page(status: int, words: str) -> JsonResponse:
    """A problem that no view of the API answers."""
    return JsonResponse(problem(status, {"detail": words}), status=status, content_type=MEDIA_TYPE)


@public
@csrf_exempt
def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Addresses under /api/ that do not exist answer in the same form."""
    return problem_page(404, "There is nothing here.")
