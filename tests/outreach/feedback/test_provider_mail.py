"""A mail through django-anymail carries what its reports are found by."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from customers.models import MailEvent
from customers.outreach.feedback.tokens import feedback_token
from customers.outreach.sending import drain
from tests.outreach.conftest import Planner, plan
from tests.outreach.feedback.conftest import SECRET, post, postmark_bounce

pytestmark = pytest.mark.django_db


def test_it_works(outreach: Planner, postmark: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    message = plan()
    drain()
    message.refresh_from_db()
    assert message.state == "sent"
    handed_over: Any = mail.outbox[0]
    token = handed_over.anymail_test_params["metadata"]["message"]
    assert token == feedback_token(message.pk)
    assert post("postmark", postmark_bounce(message, token), secret=SECRET).status_code == 200
    assert MailEvent.objects.get().message == message
