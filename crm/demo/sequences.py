"""Who went, and goes, through the sequence that follows a first delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from campaigns.messages import NURTURE
from campaigns.services import AFTER_FIRST_DELIVERY
from crm.demo import words
from crm.demo.chores import finish, give, soon_after
from crm.demo.mail import Post
from crm.demo.world import DAY, MINUTE, Order, World, reserve_ids
from customers.flows.models import Enrolment, Flow, StepRun, StepSpec
from customers.services.working_time import end_of_working_day

BOUGHT_AGAIN = "campaigns.bought_again"


class Walk:
    """One account on its way through the steps, as the engine would have taken it."""

    def __init__(self, world: World, post: Post, order: Order, enrolment: Enrolment) -> None:
        self.world, self.post, self.order, self.enrolment = world, post, order, enrolment
        self.runs: list[StepRun] = []

    def go(self, steps: list[StepSpec]) -> None:
        """Take the steps whose time has come; leave at an exit, end after the last."""
        enrolment = self.enrolment
        for spec in steps:
            if enrolment.due_at > self.world.now:
                return
            if BOUGHT_AGAIN in spec.get("exits", []) and self.has_bought_again(enrolment.due_at):
                self.end(Enrolment.State.EXITED, BOUGHT_AGAIN)
                return
            self.take(spec)
        self.end(Enrolment.State.DONE)

    def take(self, spec: StepSpec) -> None:
        enrolment, at = self.enrolment, self.enrolment.due_at
        if spec["step"] == "wait":
            enrolment.due_at = self.after(spec)
        elif spec["step"] == "message":
            self.write(spec)
        else:
            self.hand_over(spec)
        self.runs.append(StepRun(enrolment=enrolment, position=enrolment.position, step=spec["step"], at=at))
        enrolment.position += 1

    def after(self, spec: StepSpec) -> dt.datetime:
        """The end of a wait; one until an hour ends on a working day."""
        until = self.enrolment.due_at + spec["params"].get("days", 0) * DAY
        if "hour" not in spec["params"]:
            return until
        local = (
            until.astimezone(self.order.site.zone).replace(hour=spec["params"]["hour"], minute=0, second=0)
            + DAY
        )
        while local.isoweekday() not in self.world.company.workdays:
            local += DAY
        return local

    def write(self, spec: StepSpec) -> None:
        contact, at = self.enrolment.contact, self.enrolment.due_at
        assert contact
        self.post.write(
            kind=NURTURE,
            contact=contact,
            account_id=self.enrolment.account_id,
            reference=self.enrolment.pk,
            key=self.key,
            content=spec["params"]["content"],
            due_at=min(at + 20 * MINUTE, self.world.now) if at < self.world.now else at,
            planned_at=at,
            values={"product": self.order.lines[0].label},
        )

    def hand_over(self, spec: StepSpec) -> None:
        params, at, site = spec["params"], self.enrolment.due_at, self.order.site
        day = at.astimezone(self.world.company.zone).date() + params["days"] * DAY
        task = give(
            self.world,
            site,
            contact=self.enrolment.contact,
            title=params["title"],
            kind=params["kind"],
            why=params["why"],
            due_at=end_of_working_day(day=day, company=self.world.company),
            made_at=at,
            source_key=self.key,
        )
        finish(self.world, task, soon_after(self.world, at, site), self.world.pick(words.HEARD))

    @property
    def key(self) -> str:
        return f"flow:{self.enrolment.pk}:{self.enrolment.position}"

    def has_bought_again(self, by: dt.datetime) -> bool:
        entered_at = self.enrolment.entered_at
        return any(
            order.site is self.order.site and entered_at < order.purchase.ordered_at <= by
            for order in self.world.orders
        )

    def end(self, state: Enrolment.State, outcome: str = "") -> None:
        self.enrolment.state, self.enrolment.outcome = state, outcome
        self.enrolment.ended_at = self.enrolment.due_at


def nurture(world: World, post: Post) -> list[Walk]:
    """Enrol every account at its first delivery of the last two years, and let it walk until now."""
    flow = Flow.objects.get(slug=AFTER_FIRST_DELIVERY)
    version = flow.latest_version()
    firsts = sorted(first_deliveries(world), key=delivery)
    walks = []
    for order, pk in zip(firsts, reserve_ids(Enrolment, len(firsts)), strict=True):
        purchase, at = order.purchase, delivery(order)
        enrolment = Enrolment(
            pk=pk,
            flow=flow,
            version=version,
            account=purchase.account,
            contact=purchase.contact,
            reference=purchase.pk,
            key=f"{AFTER_FIRST_DELIVERY}:{purchase.account_id}",
            entered_at=at,
            due_at=at,
        )
        walk = Walk(world, post, order, enrolment)
        walk.go(version.steps)
        note_walk(world, enrolment, flow)
        walks.append(walk)
    return walks


def first_deliveries(world: World) -> Iterator[Order]:
    """Per account the order that was delivered first, unless that was history."""
    seen: set[int] = set()
    delivered = [order for order in world.orders if order.purchase.delivered_at]
    for order in sorted(delivered, key=delivery):
        if order.purchase.account_id not in seen:
            seen.add(order.purchase.account_id)
            if not order.purchase.is_history:
                yield order


def delivery(order: Order) -> dt.datetime:
    assert order.purchase.delivered_at
    return order.purchase.delivered_at


def note_walk(world: World, enrolment: Enrolment, flow: Flow) -> None:
    """The timeline rows that campaigns write when somebody enters and leaves."""
    link = reverse("campaigns:sequence", args=[flow.slug])
    data = {"enrolment": enrolment.pk, "sequence": flow.name}
    about = {"contact_id": enrolment.contact_id, "link": link}
    world.note(
        enrolment.account,
        "campaigns.entered",
        enrolment.entered_at,
        data=data,
        key=f"flow-entered:{enrolment.pk}",
        **about,
    )
    if enrolment.ended_at:
        world.note(
            enrolment.account,
            "campaigns.left",
            enrolment.ended_at,
            data=data | {"state": enrolment.state, "exit": enrolment.outcome},
            key=f"flow-left:{enrolment.pk}",
            **about,
        )


def save_walks(walks: list[Walk]) -> None:
    Enrolment.objects.bulk_create([walk.enrolment for walk in walks])
    StepRun.objects.bulk_create([run for walk in walks for run in walk.runs])
