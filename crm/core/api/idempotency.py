"""Send it twice, have it once: `Idempotency-Key` on writing requests."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils import json

from crm.core.api.problems import OtherRequestSameKey
from crm.core.models import IdempotencyRecord

View = TypeVar("View")
P = ParamSpec("P")


def idempotent(
    handler: Callable[Concatenate[View, Request, P], Response],
) -> Callable[Concatenate[View, Request, P], Response]:
    """Run a writing handler in one transaction, together with the record of its answer.

    The same key again gives the same answer; with another body or address a 422. A second request while
    the first is under way waits for it. Refused requests leave no record and may be mended and sent again.
    """

    @functools.wraps(handler)
    def once(view: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        with transaction.atomic():
            if not key:
                return handler(view, request, *args, **kwargs)
            record, is_new = claim(request, check_key(key))
            if not is_new:
                return replay(record, request)
            response = handler(view, request, *args, **kwargs)
            record.status, record.body = response.status_code, jsonable(response.data)
            record.save(update_fields=["status", "body"])
        return response

    return once


def check_key(key: str) -> str:
    if len(key) > 200 or not key.isprintable():
        raise ValidationError({"Idempotency-Key": "At most 200 printable characters."})
    return key


def claim(request: Request, key: str) -> tuple[IdempotencyRecord, bool]:
    return IdempotencyRecord.objects.get_or_create(
        token=request.auth, key=key, defaults={"request_digest": digest(request)}
    )


def replay(record: IdempotencyRecord, request: Request) -> Response:
    if record.request_digest != digest(request):
        raise OtherRequestSameKey
    return Response(record.body, status=record.status, headers={"Idempotent-Replay": "true"})


def digest(request: Request) -> str:
    what = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(what + request.body).hexdigest()


def jsonable(data: Any) -> Any:
    """The answer as its renderer writes it, so that a replay is the same to the letter."""
    return json.loads(JSONRenderer().render(data)) if data is not None else None
