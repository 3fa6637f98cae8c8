"""The three kinds of files. Each is written in parts, a slice of rows each, and put together at the end."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from crm.core.exports import workbook
from crm.core.spreadsheet import BYTE_ORDER_MARK, safe

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """How rows become bytes of a part, and parts a file. `most_rows`: what such a file can hold."""

    label: _StrOrPromise
    suffix: str
    media_type: str
    encode: Callable[[Sequence[str], Rows], bytes]
    assemble: Callable[[IO[bytes], Sequence[str], Iterable[IO[bytes]]], None]
    most_rows: int | None = None


def plain(cell: Any) -> Any:
    """A value as people read it in a table: moments in ISO 8601, lists as words."""
    if cell is None:
        return ""
    if isinstance(cell, list):
        return "; ".join(map(str, cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def encode_csv(names: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(plain(cell)) for cell in row] for row in rows)
    return text.getvalue().encode()


def assemble_csv(target: IO[bytes], names: Sequence[str], parts: Iterable[IO[bytes]]) -> None:
    target.write(BYTE_ORDER_MARK.encode() + encode_csv(names, [names]))
    join(target, names, parts)


def encode_json(names: Sequence[str], rows: Rows) -> bytes:
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    return "".join(encoder.encode(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()


def join(target: IO[bytes], names: Sequence[str], parts: Iterable[IO[bytes]]) -> None:
    for part in parts:
        shutil.copyfileobj(part, target, 1024 * 1024)


def encode_workbook(names: Sequence[str], rows: Rows) -> bytes:
    return b"".join(workbook.row([plain(cell) for cell in row]) for row in rows)


FORMATS = {
    "csv": Format(
        label=_("CSV"),
        suffix="csv",
        media_type="text/csv; charset=utf-8",
        encode=encode_csv,
        assemble=assemble_csv,
    ),
    "xlsx": Format(
        label=_("Excel (XLSX)"),
        suffix="xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        encode=encode_workbook,
        assemble=workbook.assemble,
        most_rows=workbook.MOST_ROWS,
    ),
    "jsonl": Format(
        label=_("JSON lines"),
        suffix="jsonl",
        media_type="application/x-ndjson",
        encode=encode_json,
        assemble=join,
    ),
}
