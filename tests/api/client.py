"""A client that talks to the API as a machine does: a token in the header, JSON in the body."""

from __future__ import annotations

from typing import Any

from django.test import Client

from crm.core.api.scopes import SCOPES
from crm.core.models import ApiToken, User


class ApiClient:
    def __init__(self, user: User, scopes: list[str] | None = None) -> None:
        self.token, self.secret = ApiToken.issue(user=user, name="Test", scopes=scopes or list(SCOPES))
        self.client = Client(
            headers={"Authorization": f"Bearer {self.secret}"}, raise_request_exception=False
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: Any, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1{path}", body, content_type="application/json")
