"""What apps offer to each other: one dataclass a kind of thing, one registry that `crm.wiring` fills.

Each app keeps plain lists of these in its own modules; `crm/wiring.py` gathers them; lower floors read them
here without knowing who offered them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrOrPromise

    from crm.core.events import Event
    from crm.core.exports.lists import Export
    from crm.core.housekeeping.chores import Chore
    from crm.core.housekeeping.comparing import Check
    from crm.core.importers import Importer, ImportTrace
    from crm.core.models import Job, User

Tone = Literal["plain", "good", "bad", "look"]


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """A place in the top navigation (`section` "main") or in the person's menu ("user")."""

    label: _StrOrPromise
    url_name: str
    icon: str
    permission: str
    section: Literal["main", "user"] = "main"
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class SettingsSection:
    """A page under Settings."""

    label: _StrOrPromise
    description: _StrOrPromise
    url_name: str
    icon: str
    permission: str = "settings.write"
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A card on the account screen.

    `load(account, user)` gives the template's context, or None when there is nothing worth a card. The
    template draws the whole card (a `{% stat %}` in the place "fact"), with `panel` and `account` in its
    context. Facts come with the screen, cards at its side in one request behind it.
    """

    name: str
    title: _StrOrPromise
    template: str
    load: Callable[[Any, User], Mapping[str, Any] | None]
    place: Literal["fact", "side"] = "side"
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class TodayCard:
    """A card on Today beside the list of what is due.

    `load(user, everyone)` gives the template's context or None; `everyone` asks for the team's view. The
    template draws the whole card and finds `card` in its context.
    """

    name: str
    title: _StrOrPromise
    template: str
    load: Callable[[User, bool], Mapping[str, Any] | None]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class TimelineKind:
    """How one kind of timeline row reads. `title(entry)` is plain text, `group` the filter it falls under."""

    name: str
    label: _StrOrPromise
    icon: str
    group: Literal["conversations", "purchases", "surveys", "messages", "loyalty", "other"]
    title: Callable[[Any], _StrOrPromise]
    tone: Callable[[Any], Tone] = field(default=lambda entry: "plain")


@dataclass(frozen=True)
class Hit:
    """One line of the Ctrl+K palette."""

    label: str
    detail: str
    url: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class PaletteSource:
    """Something the Ctrl+K palette finds; `find(user, words, limit)` shows only what the person may see."""

    name: str
    label: _StrOrPromise
    find: Callable[[User, str, int], Sequence[Hit]]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of long work. `run_slice(job, deadline)` works until then and says whether it is finished.

    It saves where it is in `job.cursor`, `job.done` and `job.total`; it is called again from the row, perhaps
    after a crash, so that a slice must be safe to repeat from the last saved cursor. `in_one_go`: a slice may
    take minutes because it does all or nothing; it keeps its lease by `crm.core.jobs.kept_alive`.
    """

    name: str
    label: _StrOrPromise
    run_slice: Callable[[Job, dt.datetime], bool]
    report_template: str = "core/job_report.html"
    in_one_go: bool = False


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """Scheduled work: `run()` once per slot of `every`, however many beats there are."""

    name: str
    every: dt.timedelta
    run: Callable[[], object]
    queue: Literal["critical", "send", "bulk"] = "critical"


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """A reason to write to a customer.

    `still_wanted(ids)` is asked for whole batches of message ids when they are claimed and answers those
    still worth sending. `values(messages)` gives per message id the values its content needs.
    Transactional kinds skip the fatigue rules, never the suppression list.
    """

    name: str
    label: _StrOrPromise
    topic: str
    still_wanted: Callable[[Collection[int]], set[int]]
    values: Callable[[Sequence[Any]], Mapping[int, Mapping[str, Any]]]
    transactional: bool = False
    icon: str = "mail"


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something a flow does. `run(enrolment, params)` answers what comes next (see `customers.flows`)."""

    name: str
    label: _StrOrPromise
    icon: str
    run: Callable[[Any, Mapping[str, Any]], Any]
    describe: Callable[[Mapping[str, Any]], _StrOrPromise]


@dataclass(frozen=True, kw_only=True)
class Exit:
    """A reason to leave a flow early; `reached(enrolment_ids)` is asked set-based at every claim."""

    name: str
    label: _StrOrPromise
    reached: Callable[[Collection[int]], set[int]]


@dataclass(frozen=True, kw_only=True)
class CustomerData:
    """How the rows of a model follow a customer through merge, export and erasure.

    `contact` and `account` are lookup paths from the model. `merge` "repoint" moves the rows to the survivor,
    "span" leaves immutable rows where they are (reads span the family). `export` names the fields a person
    gets in a copy of their data. `erase` "delete" removes the rows, "keep" leaves rows that hold ids alone, a
    mapping overwrites the personal words.
    """

    model: str
    contact: str | None = None
    account: str | None = None
    merge: Literal["repoint", "span"] = "repoint"
    export: tuple[str, ...] = ()
    erase: Literal["delete", "keep"] | Mapping[str, Any] = "keep"


@dataclass(frozen=True, kw_only=True)
class NamedPeople:
    """People who are no contacts, but whom somebody named to us; they are found by their mail address.

    `find(address)` answers the rows that name them, `export` the fields they get in a copy of their data.
    `erase(address)` overwrites every word about them and answers how many rows named them.
    """

    model: str
    label: _StrOrPromise
    find: Callable[[str], QuerySet[Any]]
    export: tuple[str, ...]
    erase: Callable[[str], int]


Reaction = Callable[[Any], None]


@dataclass
class Registry:
    """Everything registered. Lists keep the order of registration; named things are found by name."""

    events: dict[str, type[Event]] = field(default_factory=dict)
    reactions: dict[type[Event], Sequence[Reaction]] = field(default_factory=dict)
    defaults: list[Callable[[], None]] = field(default_factory=list)
    nav: list[NavItem] = field(default_factory=list)
    settings_sections: list[SettingsSection] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    today_cards: list[TodayCard] = field(default_factory=list)
    palette: list[PaletteSource] = field(default_factory=list)
    timeline_kinds: dict[str, TimelineKind] = field(default_factory=dict)
    job_kinds: dict[str, JobKind] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    importers: dict[str, Importer] = field(default_factory=dict)
    chores: dict[str, Chore] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    periodic: dict[str, Periodic] = field(default_factory=dict)
    message_kinds: dict[str, MessageKind] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    exits: dict[str, Exit] = field(default_factory=dict)
    customer_data: dict[str, CustomerData] = field(default_factory=dict)
    named_people: dict[str, NamedPeople] = field(default_factory=dict)
    import_traces: dict[str, ImportTrace] = field(default_factory=dict)

    def fill(self, **gathered: Any) -> None:
        """Replace what is registered. Two things of one kind with the same name are a mistake and refused."""
        for slot in fields(self):
            value = gathered.pop(slot.name, None)
            if value is None:
                continue
            if slot.name in BY_NAME:
                value = by_name(slot.name, value)
            elif slot.name in ORDERED:
                value = sorted(value, key=lambda item: item.order)
            setattr(self, slot.name, value)
        if gathered:
            raise TypeError(f"Nothing is registered under {', '.join(gathered)}.")


BY_NAME = {
    "events",
    "timeline_kinds",
    "job_kinds",
    "exports",
    "importers",
    "chores",
    "checks",
    "periodic",
    "message_kinds",
    "steps",
    "exits",
    "customer_data",
    "named_people",
    "import_traces",
}
BY_MODEL = {"customer_data", "named_people", "import_traces"}
ORDERED = {"nav", "settings_sections", "panels", "today_cards", "palette"}


def by_name(kind: str, items: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        key = item.model if kind in BY_MODEL else item.name
        if key in found:
            raise ValueError(f"{key} is registered twice under {kind}.")
        found[key] = item
    return found


registry = Registry()
