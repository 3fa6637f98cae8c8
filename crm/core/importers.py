"""What files can bring in: apps keep such importers in their `importers` modules.

An import reads a file into a staging table of its own, one typed column per field, and then calls the
importer's `apply` once, in one transaction: everything or nothing. A dry run calls the same `apply` and rolls
it back, so that what it promises is what happens.

The staging table (`run.table`) has these columns beside one per field:

    line      number of the row's first line in the file; identifies the row
    raw       its cells as they came, JSON, for the file of refused rows
    reason    why the row is refused: a gettext_noop sentence without a full stop; NULL while it is accepted
    of_field  name of the field the reason speaks of, NULL when it speaks of the row
    met       id of the record the row meets, or of the one that it adds
    met_by    name of the field (or "name of the rule") by which it was found; NULL for new ones
    outcome   "new", "changed" or "same"
    before    for changed ones: column → old value, only the columns that change (jsonb)
    after     the same with the new values

The reader fills line, raw and the fields, and refuses rows whose cells cannot be read; `apply` fills the
others. Counts, reasons, examples and the file of refused rows are made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Q

from crm.core.jobs import Cancelled
from crm.core.models import Job

if TYPE_CHECKING:
    from django import forms
    from django.utils.functional import _StrOrPromise

Kind = Literal["text", "email", "number", "day", "moment", "choice", "choices", "flag"]

STAGED_AS: Mapping[str, str] = {
    "text": "text",
    "email": "text",
    "number": "numeric",
    "day": "date",
    "moment": "timestamptz",
    "choice": "text",
    "choices": "text[]",
    "flag": "boolean",
}
KEPT_BY_IMPORTS = frozenset(
    {"line", "raw", "reason", "of_field", "met", "met_by", "outcome", "before", "after"}
)


@dataclass(frozen=True, kw_only=True)
class ImportField:
    """One thing a file may say about a row, staged in a column of its name and NULL where a cell is empty.

    `titles` are the headings it is recognised by, casefolded and without spaces or punctuation ("orderdate").
    A `needed` field must have a column, and a row without a value is refused. `is_key` fields identify
    records: they are never cut, and 17850.0 (how spreadsheets write numbers) is 17850. Other texts are cut at
    `max_length`. Mail addresses come in lower case. Numbers are rounded to `places` and refused below
    `least`. `choices` maps the stored value to its label; files may say either. "choices" holds several,
    divided by commas, semicolons or bars.
    """

    name: str
    label: _StrOrPromise
    kind: Kind = "text"
    needed: bool = False
    is_key: bool = False
    titles: Sequence[str] = ()
    max_length: int = 200
    places: int = 2
    least: int | None = None
    choices: Mapping[str, _StrOrPromise] = field(default_factory=dict)
    can_clear: bool = True

    def __post_init__(self) -> None:
        if self.name in KEPT_BY_IMPORTS:
            raise ValueError(f"Imports keep the column {self.name} for themselves.")


@dataclass(frozen=True)
class Part:
    """What was written of one kind of record; `label` is a gettext_noop phrase ("Orders")."""

    label: str
    added: int
    changed: int = 0


@dataclass(frozen=True)
class Report:
    """What `apply` wrote. `figures` are further numbers worth a look, gettext_noop phrase → number."""

    parts: Sequence[Part]
    figures: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A record as an example shows it: its name and where it is found (empty: it has no page)."""

    label: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportRun:
    """One application of a staged file.

    `mapped` are the fields that have a column in the file; a cell that is empty says nothing, unless the
    field is in `clears`: then it empties what is there. `options` are the answers to the importer's own
    questions as JSON values (ids of chosen rows, ISO dates). `is_trial`: all of it will be rolled back.
    """

    job: Job
    table: str
    mapped: frozenset[str] = frozenset()
    clears: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    is_trial: bool = False

    def check_cancelled(self) -> None:
        """Raise Cancelled when somebody asked the job to stop; everything is rolled back then."""
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise Cancelled


@dataclass(frozen=True, kw_only=True)
class Importer:
    """Something files can bring.

    `apply(run)` is called in a transaction that holds the lock of imports. It refuses rows that cannot be
    taken (`reason`), finds what the others meet (`met`, `met_by`), says what becomes of them (`outcome`,
    `before`, `after`), writes set by set, notes what it adds and changes with `customers.imports.changes`, so
    that the import can be taken back, and answers a Report. The same file a second time changes nothing.
    Reactions of other apps are announced by events; a trial needs none. It may raise
    `crm.core.jobs.JobRefused` with words for who asked. `customers.imports.upserting` does all of this for a
    table whose rows stand for one record each.

    `show(ids)` tells which records examples met. `options` asks what is to be done this time; it is no part
    of a saved map. `sample` is a small file to learn from. `staged` are further columns of the staging table
    (name → SQL type) for `apply` to fill, for example ids that it looks up.

    For rows that are more than their cells: `reader(map, columns, width)` answers a callable from a record to
    the values of line, reason, raw and the `staged` columns, which then stand instead of the fields;
    `manners` is a form about how the file is written, with `as_map()` and `from_map(raw)`; `refused_with`
    is a staged column, with its heading, that goes into the file of refused rows.
    """

    name: str
    label: _StrOrPromise
    description: _StrOrPromise
    icon: str
    fields: Sequence[ImportField]
    apply: Callable[[ImportRun], Report]
    show: Callable[[Collection[int]], Mapping[int, Shown]] = field(default=lambda ids: {})
    options: type[forms.Form] | None = None
    permission: str = "imports.run"
    sample: str = ""
    staged: Mapping[str, str] = field(default_factory=dict)
    reader: Callable[..., Callable[[Any], Sequence[Any]]] | None = None
    manners: type[Any] | None = None
    refused_with: tuple[str, _StrOrPromise] | None = None
    order: int = 50

    def named(self, name: str) -> ImportField:
        """The field of this name. Raises KeyError."""
        return {one.name: one for one in self.fields}[name]


@dataclass(frozen=True, kw_only=True)
class ImportTrace:
    """What it means, when an import is taken back, that rows of a model point to rows that it added.

    Rows that match `unused` go along with the row they point to by a foreign key in `along`. All others, and
    all rows of models without a trace, keep it: somebody has used it since. `message_kind`: messages whose
    reference is a row of the model and that were not sent go with it; sent ones keep it. Rows that `stay` are
    never removed themselves: the app hears of `customers.events.RowsTakenBack` and posts the opposite; by
    foreign keys that the database does not guard, they keep what they point to only where `used`. `told` is
    the key, with {id}, of the timeline row that tells of a row and goes with it.
    """

    model: str
    along: Sequence[str] = ()
    unused: Q = field(default_factory=Q)
    message_kind: str = ""
    stay: bool = False
    used: Q = field(default_factory=Q)
    told: str = ""
