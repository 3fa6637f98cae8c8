"""How many are where: counts of sequences and of their steps, over what a person may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from crm.core.models import User
from crm.core.registry import Step, registry
from customers.flows.models import StepSpec
from customers.models import Enrolment, Flow, FlowVersion, Message
from customers.outreach.reasons import Reason

State = Enrolment.State


@dataclass(frozen=True)
class Totals:
    """People by where their run stands; `entered` is all of them."""

    by_state: Counter[str] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        return self.by_state.total()

    @property
    def under_way(self) -> int:
        return self.by_state[State.ACTIVE]

    @property
    def done(self) -> int:
        return self.by_state[State.DONE]

    @property
    def left(self) -> int:
        return self.by_state[State.EXITED]

    @property
    def failed(self) -> int:
        return self.by_state[State.FAILED]


@dataclass
class StepFigures:
    """A step of the newest version as its page shows it."""

    spec: StepSpec
    kind: Step | None
    done: int = 0
    waiting: int = 0
    failed: int = 0
    mail: Counter[str] = field(default_factory=Counter)

    @property
    def is_wait(self) -> bool:
        return self.spec["step"] == "wait"

    @property
    def is_mail(self) -> bool:
        return self.spec["step"] == "message"

    @property
    def icon(self) -> str:
        return self.kind.icon if self.kind else "alert-triangle"

    @property
    def label(self) -> Any:
        return self.kind.label if self.kind else self.spec["step"]

    @property
    def words(self) -> Any:
        return describe(self.spec)

    @property
    def exits(self) -> list[Any]:
        return [exit_label(name) for name in self.spec.get("exits", [])]

    @property
    def sent(self) -> int:
        return self.mail[Message.State.SENT]

    @property
    def refused(self) -> int:
        return self.mail[Message.State.REFUSED]

    @property
    def to_be_sent(self) -> int:
        return sum(
            self.mail[state] for state in (*Message.WAITING, Message.State.CLAIMED, Message.State.SENDING)
        )


def describe(spec: StepSpec) -> Any:
    """A step in words; one that no app offers any more by its name."""
    kind = registry.steps.get(spec["step"])
    return kind.describe(spec["params"]) if kind else spec["step"]


def exit_label(name: str) -> Any:
    """Why somebody left: the words of an exit, or what a person wrote."""
    return registry.exits[name].label if name in registry.exits else name


def totals(flows: Iterable[Flow], user: User) -> dict[int, Totals]:
    """Totals by flow id, one query for all."""
    found: dict[int, Totals] = defaultdict(Totals)
    rows = Enrolment.objects.visible_to(user).filter(flow__in=[flow.pk for flow in flows])
    for row in rows.tally("flow_id", "state"):
        found[row["flow_id"]].by_state[row["state"]] = row["number"]
    return found


def steps_of(flow: Flow, newest: FlowVersion, user: User) -> tuple[list[StepFigures], Totals]:
    """The steps of the newest version with how many took, await or failed them, in any version that has them.

    Steps are taken in order, so that a position says what was done before it: no row per step is counted.
    """
    steps = {spec["id"]: StepFigures(spec, registry.steps.get(spec["step"])) for spec in newest.steps}
    order = {version.pk: [spec["id"] for spec in version.steps] for version in flow.versions.all()}
    found = Totals()
    tally = Enrolment.objects.visible_to(user).filter(flow=flow).tally("version_id", "state", "position")
    for row in tally:
        ids, position, number = order[row["version_id"]], row["position"], row["number"]
        found.by_state[row["state"]] += number
        for name in ids[:position]:
            if name in steps:
                steps[name].done += number
        here = steps.get(ids[position]) if position < len(ids) else None
        if here and row["state"] == State.ACTIVE:
            here.waiting += number
        elif here and row["state"] == State.FAILED:
            here.failed += number
    return list(steps.values()), found


def add_mail(flow: Flow, steps: Sequence[StepFigures], user: User) -> Counter[str]:
    """Add what became of each mail step's messages; answers how many were refused by reason, in words."""
    by_content = {step.spec["params"]["content"]: step for step in steps if step.is_mail}
    kinds = {step.spec["params"]["kind"] for step in by_content.values()}
    enrolments = Enrolment.objects.filter(flow=flow).values("pk")
    messages = Message.objects.visible_to(user).filter(kind__in=kinds, reference__in=enrolments)
    reasons: Counter[str] = Counter()
    grouped = messages.order_by().values("content__slug", "state", "reason").annotate(number=Count("pk"))
    for row in grouped:
        step = by_content.get(row["content__slug"])
        if step:
            step.mail[row["state"]] += row["number"]
        if row["state"] == Message.State.REFUSED:
            reasons[reason_words(row["reason"])] += row["number"]
    return reasons


def reason_words(reason: str) -> str:
    return str(Reason(reason).label if reason in Reason.values else reason)
