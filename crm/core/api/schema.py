"""What the schema says of every operation beside its success: what can go wrong, and how to repeat safely."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from crm.core.api.problems import MEDIA_TYPE

TEXT = {"type": "string"}
MISTAKE = {
    "type": "object",
    "required": ["pointer", "detail"],
    "properties": {"pointer": TEXT, "detail": TEXT},
}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {"type": "array", "items": MISTAKE},
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key again is done once and answered alike, for two days.",
    "schema": {"type": "string", "maxLength": 200},
}
ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.TOO_MANY_REQUESTS,
)
LISTING = (HTTPStatus.BAD_REQUEST,)
WRITING = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY)


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook: every operation with the problems that it may answer."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method == "get":
                add_problems(operation, ALWAYS if "{id}" in path else ALWAYS + LISTING)
            else:
                add_problems(operation, ALWAYS + WRITING)
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result


def add_problems(operation: dict[str, Any], statuses: tuple[HTTPStatus, ...]) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        operation["responses"][str(status.value)] = {"description": status.phrase, "content": content}
