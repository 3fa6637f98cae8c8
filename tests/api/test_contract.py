"""The API keeps the promises of its schema: Schemathesis asks the live site, with a token of each role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as promises

from crm.core.access import PERMISSIONS
from crm.core.api.scopes import SCOPES
from crm.core.models import ApiToken, Role, User
from customers.services.interactions import log_interaction
from customers.services.returns import ReturnLineInput, record_return
from tests.factories import (
    create_account,
    create_contact,
    create_product,
    create_product_line,
    create_purchase,
    create_task,
    create_user,
)
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_site

EXAMPLES = 5  # of each operation, well-formed and not, each sent by every role
CHECKS = [
    not_a_server_error,
    promises.status_code_conformance,
    promises.content_type_conformance,
    promises.response_headers_conformance,
    promises.response_schema_conformance,
]
ONE_OF = {"account": "accounts", "contact": "contacts", "purchase": "purchases", "product": "products"}
SCOPED_AS = {"returns": "purchases", "product-lines": "products"}
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def resource_of(label: str) -> str:
    return label.split("/")[3]


def may_ask(role: str, label: str) -> bool:
    resource, deed = resource_of(label), "read" if label.startswith("GET ") else "write"
    return role in PERMISSIONS[SCOPES[f"{SCOPED_AS.get(resource, resource)}:{deed}"].permission]


@dataclass
class Asked:
    """The operations of the live API, who asks them, for what, and what they answered."""

    operations: list[APIOperation]
    secrets: dict[str, str]
    ids: dict[str, int]
    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def ask(self, case: schemathesis.Case, *, real: bool) -> None:
        """Send a case as every role; with `real` ids it is about rows that exist."""
        if real and case.path_parameters:
            case.path_parameters["id"] = self.ids[resource_of(case.operation.label)]
        if real and isinstance(case.body, dict):
            case.body |= {name: self.ids[ONE_OF[name]] for name in case.body.keys() & ONE_OF.keys()}
        for role, secret in self.secrets.items():
            headers = {"Authorization": f"Bearer {secret}"}
            response = case.call(headers=headers)
            self.answers[role, case.operation.label, response.status_code] += 1
            case.validate_response(response, checks=CHECKS, headers=headers)

    def statuses(self, role: str, label: str) -> set[int]:
        return {status for who, what, status in self.answers if (who, what) == (role, label)}


def create_world(owner: User) -> dict[str, int]:
    """A row of each resource, all of a customer whom every role sees."""
    contact = create_contact(account=create_account(owner=owner))
    account, product = contact.account, create_product(line=create_product_line())
    assert product.line
    purchase = create_purchase(account=account, contact=contact, product=product)
    back = ReturnLineInput(quantity=Decimal(1), product=product, unit_price=Decimal(1))
    return {
        "accounts": account.pk,
        "contacts": contact.pk,
        "products": product.pk,
        "product-lines": product.line.pk,
        "purchases": purchase.pk,
        "returns": record_return(account=account, lines=[back]).pk,
        "interactions": log_interaction(account=account, author=owner, channel="call", body="Hello").pk,
        "tasks": create_task(account=account).pk,
    }


def ask_about(found: Asked, operation: APIOperation, mode: GenerationMode) -> None:
    @SETTINGS
    @given(
        case=operation.as_strategy(generation_mode=mode),
        real=st.just(True) if mode is GenerationMode.POSITIVE else st.booleans(),
    )
    def ask(case: schemathesis.Case, real: bool) -> None:
        found.ask(case, real=real)

    ask()


@pytest.fixture(scope="module")
def asked(committed_db: str, smtp_server: SmtpSink) -> Iterator[Asked]:
    people = {role: create_user(role=role) for role in Role.values}
    secrets = {
        role: ApiToken.issue(user=person, name="Contract", scopes=list(SCOPES))[1]
        for role, person in people.items()
    }
    ids = create_world(people[Role.ACCOUNT_MANAGER])
    with running_site(email_url=smtp_server.url, API_REQUESTS_PER_MINUTE="1000000") as site:
        schema = schemathesis.openapi.from_url(f"{site.url}/api/schema/?format=json")
        operations = [result.ok() for result in schema.get_all_operations()]
        operations.sort(key=lambda operation: operation.method != "get")  # before rows change hands
        yield Asked(operations, secrets, ids)


def test_promises_are_kept(asked: Asked):
    for operation in asked.operations:
        for mode in GenerationMode:
            ask_about(asked, operation, mode)

    check_all_were_asked(asked)
    for role in Role.values:
        check_gates(asked, role)


def check_all_were_asked(asked: Asked) -> None:
    """Every operation, often enough, with real work done and nonsense refused."""
    done = {label for _role, label, status in asked.answers if status in (200, 201) and "GET" not in label}
    refused = {label for _role, label, status in asked.answers if status == 400}

    assert len({label for _role, label, _status in asked.answers}) == len(asked.operations) == 31
    assert sum(asked.answers.values()) > 31 * len(Role.values) * EXAMPLES
    assert len(done) >= 10
    assert len(refused) >= 20


def check_gates(asked: Asked, role: str) -> None:
    """A role reads what is there, and gets nowhere with what it may not do."""
    for operation in asked.operations:
        statuses = asked.statuses(role, operation.label)
        if operation.method == "get":
            assert 200 in statuses, operation.label
        elif not may_ask(role, operation.label):
            assert 403 in statuses, operation.label
            assert statuses <= {401, 403, 404}, operation.label
