"""A first guess at how a file is written, from its beginning; a person looks it over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from customers.imports.mapping import DATE_FORMATS, DELIMITERS, WHITESPACE, ImportMap
from customers.imports.reading import MOST_IN_LINE, Lines, Records, open_text, read_header
from customers.imports.rows import RowRefused, moment_reader

SAMPLE = 200
SHOWN = 5
UTC = ZoneInfo("UTC")
COMMA_DECIMAL = re.compile(r"-?[0-9.]*,[0-9]{1,2}")

TITLES = {
    "account_number": (
        "customerid",
        "customernumber",
        "customerno",
        "customer",
        "accountnumber",
        "accountid",
    ),
    "account_name": ("customername", "accountname", "company", "companyname", "account"),
    "city": ("city", "town"),
    "country": ("country",),
    "number": (
        "invoiceno",
        "invoicenumber",
        "invoice",
        "orderno",
        "ordernumber",
        "orderid",
        "order",
        "number",
    ),
    "ordered_at": ("invoicedate", "orderdate", "orderedat", "ordered", "orderedon", "date", "purchasedate"),
    "status": ("status", "orderstatus"),
    "shipped_at": ("shippedat", "shippedon", "shipped", "shipdate"),
    "delivered_at": ("deliveredat", "deliveredon", "delivered", "deliverydate"),
    "installed_at": ("installedat", "installedon", "installed"),
    "sku": ("sku", "stockcode", "articlenumber", "article", "productid", "productcode", "itemnumber", "item"),
    "description": ("description", "productname", "product", "itemname", "name"),
    "quantity": ("quantity", "qty", "amountordered", "pieces", "units"),
    "unit_price": ("unitprice", "price", "priceeach", "itemprice"),
    "unit_cost": ("unitcost", "cost"),
    "ordinal": ("lineoftheorder", "orderline", "linenumber", "lineno"),
}


@dataclass(frozen=True)
class Layout:
    """How the text of a file is cut into cells."""

    delimiter: str
    encoding: str
    header: bool


@dataclass(frozen=True)
class Sight:
    """The beginning of a file: titles (numbered columns without a header) and some rows."""

    layout: Layout
    header: list[str]
    rows: list[list[str]]

    @property
    def shown(self) -> list[list[str]]:
        return self.rows[:SHOWN]


def guess_layout(file: IO[bytes]) -> Layout:
    """Delimiter, encoding and whether there is a header. Raises FileRefused for what is no table."""
    beginning = open_text(file).read(MOST_IN_LINE)
    try:
        beginning[: beginning.rfind(b"\n") + 1 or None].decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "cp1252"
    first = beginning.decode(encoding, "replace").split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in DELIMITERS if mark != WHITESPACE}
    best = max(counts, key=lambda mark: counts[mark])
    has_words = bool(re.search(r"[^\W\d_]{2}", first))
    return Layout(best if counts[best] else WHITESPACE, encoding, has_words)


def look(file: IO[bytes], layout: Layout) -> Sight:
    """Read the beginning of a file. Raises FileRefused."""
    stream = open_text(file)
    records = Records(Lines(stream, layout.encoding), layout.delimiter)
    found = ImportMap(fields={}, header=layout.header)
    upcoming = iter(records)
    header = read_header(upcoming, found)
    rows = [record.cells for record in islice(upcoming, SAMPLE) if not record.problem]
    width = max(map(len, rows), default=0)
    return Sight(layout, header or [str(number) for number in range(1, width + 1)], rows)


def guess_map(sight: Sight) -> dict[str, Any]:
    """Initial values: a column number per field that was recognised, a date format and a decimal mark."""
    titles = [re.sub(r"[\W_]", "", title.casefold()) for title in sight.header]
    fields = {name: place for name in TITLES if (place := first_place(TITLES[name], titles))}
    return {
        "fields": fields,
        "date_format": guess_date_format(column(sight, fields.get("ordered_at"))),
        "decimal": "," if is_comma(column(sight, fields.get("unit_price"))) else ".",
    }


def first_place(names: Sequence[str], titles: Sequence[str]) -> int | None:
    """The number, from 1, of the column with the likeliest of these names."""
    return next((titles.index(name) + 1 for name in names if name in titles), None)


def column(sight: Sight, number: int | None) -> list[str]:
    return [row[number - 1].strip() for row in sight.rows if number and number <= len(row)]


def guess_date_format(texts: Sequence[str]) -> str:
    """The first format that reads every sample."""
    return next((one for one in DATE_FORMATS if reads_all(one, texts)), "iso")


def reads_all(date_format: str, texts: Sequence[str]) -> bool:
    read = moment_reader(date_format, UTC)
    try:
        return all(read(text) for text in texts if text)
    except RowRefused:
        return False


def is_comma(texts: Sequence[str]) -> bool:
    return bool(texts) and any(COMMA_DECIMAL.fullmatch(text) for text in texts)
