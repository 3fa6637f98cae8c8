from __future__ import annotations

import pytest
from django.test import Client

from crm.core.audit import audited_models
from crm.core.models import Role
from customers.models import SendingLimit
from customers.outreach.route import provider_name, sender_address
from tests.factories import create_user

pytestmark = pytest.mark.django_db
PATH = "/outbox/sending/limits/"
NOTHING = {"provider-period": 1, "provider-burst": 0, "sender-period": 1, "sender-burst": 0}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(create_user(role=Role.ADMIN))
    return client


def test_it_works(client: Client) -> None:
    data = NOTHING | {"provider-messages": 300, "provider-period": 3600, "provider-burst": 10}
    assert client.post(PATH, data).status_code == 302
    limit = SendingLimit.objects.get()
    assert (limit.scope, limit.name, limit.messages, limit.period, limit.burst) == (
        "provider",
        provider_name(),
        300,
        3600,
        10,
    )
    page = client.get("/outbox/sending/").content.decode()
    assert "at most 300 an hour, 10 more after a quiet time" in page
    assert 'value="300"' in client.get(PATH).content.decode()


def test_no_number_is_no_limit_and_both_are_on_record(client: Client) -> None:
    client.post(PATH, NOTHING | {"sender-messages": 5})
    assert SendingLimit.objects.get().name == sender_address()
    client.post(PATH, NOTHING)
    assert not SendingLimit.objects.exists()
    assert audited_models()["customers.sendinglimit"].objects.count() == 2


@pytest.mark.parametrize("messages", ["0", "-1", "many", "99999999999"])
def test_what_is_no_number_is_refused(client: Client, messages: str) -> None:
    answer = client.post(PATH, NOTHING | {"provider-messages": messages})
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.content.decode() or "error" in answer.content.decode()
    assert not SendingLimit.objects.exists()
