"""From the cells of a record to the values of a line of an order, or the reason why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from customers.imports.cells import (
    BAD_WIDTH,
    MOST,
    RowRefused,
    amount_reader,
    as_json,
    moment_reader,
    plain_number,
    words_of,
)
from customers.imports.mapping import ImportMap
from customers.imports.reading import Record
from customers.models import PurchaseStatus

NO_CUSTOMER = gettext_noop("No customer number")
NO_NUMBER = gettext_noop("No order number")
NO_DATE = gettext_noop("No order date")
NO_PRICE = gettext_noop("No unit price")
TOO_LONG_KEY = gettext_noop("A number or code is too long")
BAD_FUTURE = gettext_noop("The order date lies in the future")
BAD_SIZE = gettext_noop("A quantity or price is too large")
BAD_QUANTITY = gettext_noop("The quantity is 0")
BAD_NEGATIVE = gettext_noop("The quantity is negative and the order is not a return")
BAD_COST = gettext_noop("The unit cost is negative")
BAD_STATUS = gettext_noop("The status is not one of: ordered, shipped, delivered, installed")
BAD_ORDINAL = gettext_noop("The line of the order is not a whole number above 0")

RANKS = {status: rank for rank, status in enumerate(PurchaseStatus.values)}
CENT, GRAM = Decimal("0.0001"), Decimal("0.001")
DAY = dt.timedelta(days=1)
LENGTHS = {"account_number": 80, "number": 60, "sku": 60, "account_name": 200, "description": 300}
SHORT_WORDS = {"city": 120, "country": 60}


class StagedRow(NamedTuple):
    """A row in the order of the staging table's columns; None is NULL."""

    line: int
    reason: str | None
    raw: str
    account: str | None = None
    account_name: str | None = None
    city: str | None = None
    country: str | None = None
    number: str | None = None
    is_return: bool = False
    given_ordinal: int | None = None
    ordered_at: str | None = None
    rank: int | None = None
    shipped_at: str | None = None
    delivered_at: str | None = None
    installed_at: str | None = None
    sku: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    unit_cost: Decimal | None = None


class RowReader:
    """Reads the rows of one file by its map.

    `columns` are positions per field, `width` is the number of cells every row must have (None: any number).
    """

    def __init__(
        self,
        found: ImportMap,
        *,
        columns: Mapping[str, int],
        width: int | None,
        zone: ZoneInfo,
        now: dt.datetime,
    ) -> None:
        self.map, self.columns, self.width = found, columns, width
        self.latest = (now + DAY).isoformat()
        self.moment = moment_reader(found.date_format, zone)
        self.amount = amount_reader(found.decimal)

    def read(self, record: Record) -> StagedRow:
        """The row, with the reason when it is refused and what can be known of its order all the same."""
        raw = as_json(record.cells)
        if record.problem:
            return StagedRow(record.line, record.problem, raw)
        if self.width is not None and len(record.cells) != self.width:
            return StagedRow(record.line, BAD_WIDTH, raw)
        values = words_of(record.cells, self.columns, self.map.defaults)
        number = self.order_number(values)
        try:
            return self.accept(record.line, raw, values, number)
        except RowRefused as refusal:
            is_return = self.returns(number, values.get("quantity", ""))
            return StagedRow(
                record.line, refusal.reason, raw, number=number[:60] or None, is_return=is_return
            )

    def order_number(self, values: Mapping[str, str]) -> str:
        if self.map.number_from:
            return "-".join(values.get(name, "") for name in self.map.number_from)
        return values.get("number", "")

    def returns(self, number: str, quantity: str) -> bool:
        prefix = self.map.return_prefix
        return bool(prefix and number.startswith(prefix)) or (
            self.map.negative_is_return and quantity.startswith("-")
        )

    def accept(self, line: int, raw: str, values: Mapping[str, str], number: str) -> StagedRow:
        text = values.get
        account = plain_number(key(text("account_number", ""), "account_number", NO_CUSTOMER) or "")
        is_return = self.returns(number, text("quantity", ""))
        quantity, price = self.figures(values, is_return=is_return)
        return StagedRow(
            line=line,
            reason=None,
            raw=raw,
            account=account,
            account_name=cut(text("account_name", ""), "account_name"),
            city=text("city", "")[: SHORT_WORDS["city"]] or None,
            country=text("country", "")[: SHORT_WORDS["country"]] or None,
            number=key(number, "number", NO_NUMBER),
            is_return=is_return,
            given_ordinal=ordinal(text("ordinal", "")),
            ordered_at=self.ordered_at(text("ordered_at", "")),
            rank=rank(text("status", "")),
            shipped_at=self.moment(text("shipped_at", "")),
            delivered_at=self.moment(text("delivered_at", "")),
            installed_at=self.moment(text("installed_at", "")),
            sku=key(text("sku", ""), "sku", None),
            description=cut(text("description", ""), "description"),
            quantity=quantity,
            unit_price=price,
            unit_cost=self.cost(text("unit_cost", "")),
        )

    def ordered_at(self, text: str) -> str:
        found = self.moment(text)
        if found is None:
            raise RowRefused(NO_DATE)
        if found > self.latest:
            raise RowRefused(BAD_FUTURE)
        return found

    def figures(self, values: Mapping[str, str], *, is_return: bool) -> tuple[Decimal, Decimal]:
        quantity = self.amount(values.get("quantity", "1")).quantize(GRAM, ROUND_HALF_UP)
        price_text = values.get("unit_price", "")
        if not price_text:
            raise RowRefused(NO_PRICE)
        price = self.amount(price_text).quantize(CENT, ROUND_HALF_UP)
        if not quantity:
            raise RowRefused(BAD_QUANTITY)
        if quantity < 0 and not is_return:
            raise RowRefused(BAD_NEGATIVE)
        if max(abs(quantity), abs(price), abs(quantity * price)) >= MOST:
            raise RowRefused(BAD_SIZE)
        return abs(quantity), price

    def cost(self, text: str) -> Decimal | None:
        if not text:
            return None
        found = self.amount(text).quantize(CENT, ROUND_HALF_UP)
        if found < 0:
            raise RowRefused(BAD_COST)
        if found >= MOST:
            raise RowRefused(BAD_SIZE)
        return found


def key(text: str, field: str, missing: str | None) -> str | None:
    """Something rows are found by again, never cut. It may be missing where no reason against it is given."""
    if not text and missing:
        raise RowRefused(missing)
    if len(text) > LENGTHS[field]:
        raise RowRefused(TOO_LONG_KEY)
    return text or None


def cut(text: str, field: str) -> str | None:
    """Words may be cut where the database has no more room."""
    return text[: LENGTHS[field]] or None


def ordinal(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:10]) < 10**9 and len(text) < 10):
        raise RowRefused(BAD_ORDINAL)
    return int(text)


def rank(text: str) -> int | None:
    if not text:
        return None
    found = RANKS.get(text.casefold())
    if found is None:
        raise RowRefused(BAD_STATUS)
    return found
