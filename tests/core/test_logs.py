"""Tokens of customers' links never reach the log."""

from __future__ import annotations

import pytest

from crm.logs import mask_tokens


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("GET /s/9f2c-secret/?score=4", "GET /s/…/?score=4"),
        ("POST /m/secret/unsubscribe/", "POST /m/…/unsubscribe/"),
        ("GET /preferences/secret/", "GET /preferences/…/"),
        ("GET /settings/surveys/", "GET /settings/surveys/"),
    ],
)
def test_it_works(line, logged):
    assert mask_tokens(None, "info", {"request": line, "code": 200}) == {"request": logged, "code": 200}
