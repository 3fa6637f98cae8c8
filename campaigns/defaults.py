"""What every installation starts with: one sequence after a first delivery, and its two mails."""

from __future__ import annotations

from campaigns.messages import NURTURE
from campaigns.services import AFTER_FIRST_DELIVERY
from customers.flows.models import StepSpec
from customers.flows.services import ensure_flow
from customers.models import TaskKind
from customers.outreach.services import ensure_content, shipped_mail

INSPECT, GOES_WITH = "after-delivery-inspect", "after-delivery-goes-with"

CONTENTS = {
    INSPECT: ("Inspect before the season", "Inspect your {{ product }} before the season", "inspect"),
    GOES_WITH: ("What goes with what you have", "What goes with your {{ product }}", "goes_with"),
}

STEPS: list[StepSpec] = [
    {"id": "settle-in", "step": "wait", "params": {"days": 10}},
    {
        "id": "inspect",
        "step": "message",
        "params": {
            "kind": NURTURE,
            "content": INSPECT,
            "title": "Inspect what was delivered before the season",
        },
    },
    {"id": "use-it", "step": "wait", "params": {"days": 14}},
    {
        "id": "call",
        "step": "task",
        "params": {
            "title": "Call and ask how it is going",
            "kind": TaskKind.CALL.value,
            "days": 2,
            "why": "Their first delivery was over three weeks ago: time to hear how it works out.",
        },
    },
    {"id": "live-with-it", "step": "wait", "params": {"days": 60, "hour": 9}},
    {
        "id": "goes-with",
        "step": "message",
        "params": {"kind": NURTURE, "content": GOES_WITH, "title": "What goes with what they have"},
        "exits": ["campaigns.bought_again"],
    },
]
EXITS = ["customers.account_archived", "customers.person_gone", "campaigns.declined"]


def install() -> None:
    """Make the contents and the sequence, or bring them up to date. Safe to repeat."""
    for slug, (name, subject, file) in CONTENTS.items():
        ensure_content(slug=slug, name=name, subject=subject, body=shipped_mail(f"campaigns/{file}"))
    ensure_flow(
        slug=AFTER_FIRST_DELIVERY,
        name="After a first delivery",
        description="Begins when an account's first purchase is delivered, once per account.",
        steps=STEPS,
        exits=EXITS,
        running=True,
    )
