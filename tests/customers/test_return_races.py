"""Two people who record returns at the same time."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from customers.models import Return
from customers.services.returns import ReturnLineInput, record_return
from tests.factories import create_account
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed_db")
LINE = ReturnLineInput(description="Bench", quantity=Decimal(1), unit_price=Decimal(5))


def test_the_second_of_one_number_is_told_so() -> None:
    """Both find the number free; the later one is refused like anybody who types a number in use."""
    account, answers = create_account(), []

    def record_too() -> None:
        try:
            record_return(account=account, number="RMA-7", lines=[LINE])
        except ValidationError as error:
            answers.append(error.message_dict)
        connection.close()

    late = threading.Thread(target=record_too)
    with transaction.atomic():
        record_return(account=create_account(), number="RMA-7", lines=[LINE])
        late.start()
        until_somebody_waits()
    late.join()

    assert answers == [{"number": ["Return RMA-7 is recorded already."]}]
    assert Return.objects.filter(number="RMA-7").count() == 1
