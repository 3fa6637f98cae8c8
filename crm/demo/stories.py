"""The customers one meets first, and the orders they talk about."""

from __future__ import annotations

import datetime as dt

from crm.demo import names
from crm.demo.orders import draft, line_of
from crm.demo.plans import (
    CENTER,
    COLLEGE,
    DEPARTMENT,
    DISTRICT,
    LOCATION,
    OFFICES,
    YOUTH,
    PersonPlan,
    TreePlan,
)
from crm.demo.world import DAY, HOUR, MINUTE, Answer, Order, World
from customers.models import PurchaseStatus

RIVERSIDE, OAKFIELD = "Riverside Unified School District", "Oakfield Schools"
LAKEVIEW, ASH_VALLEY = "Lakeview Recreation Center", "Ash Valley ISD"
HARBOR, NORTHGATE = "Harbor Community Colleges", "Northgate Y"
NORTH_HIGH = "North High campus"
CALIFORNIA, TEXAS = names.WEST[0], names.WEST[-1]
CAMPUSES = [
    "North High campus",
    "South High campus",
    "Valley High campus",
    "Canyon Middle School",
    "Orchard Middle School",
    "Hilltop Middle School",
    "Summit Elementary",
    "Meadow Elementary",
    "Sunset Elementary",
    "Garden Elementary",
    "Citrus Elementary",
    "Mission Creek Elementary",
    "Arroyo Academy",
    "Central Kitchen and Stores",
]
DELIVERY_COMMENT = "Bleachers are great, the delivery window was not. We had to send a crew home."
# The customers with a part in the story, Riverside first.
NAMED = [
    TreePlan(
        name=RIVERSIDE,
        short="Riverside",
        segment=DISTRICT,
        state=CALIFORNIA,
        city="Riverside",
        owner="mara",
        years=6.1,
        silent=3,
        size=1.25,
        parts=[(f"Riverside {office}", DEPARTMENT) for office in OFFICES]
        + [(campus, LOCATION) for campus in CAMPUSES],
        people=[
            PersonPlan("Dana", "Whit", "Athletic Director", ("champion", "decision_maker")),
            PersonPlan("Ruth", "Calder", "Superintendent", ("executive",)),
            PersonPlan("Owen", "Pardo", "Accounts Payable", ("billing",)),
            PersonPlan("Rafael", "Soto", "Head Coach", ("champion",), "Riverside Athletics"),
            PersonPlan("Lena", "Marlow", "Facilities Manager", ("user",), "Riverside Facilities"),
        ],
        about="Fourteen schools. Buys through Athletics and Facilities; the budget year ends in June.",
    ),
    TreePlan(
        name=OAKFIELD,
        short="Oakfield",
        segment=DISTRICT,
        state=CALIFORNIA,
        city="Oakfield",
        owner="mara",
        years=4.2,
        parts=[("Oakfield Athletics", DEPARTMENT), ("Oakfield Facilities", DEPARTMENT)]
        + [(f"Oakfield {school}", LOCATION) for school in ("High", "Middle School", "Elementary")],
        people=[PersonPlan("Joan", "Kearney", "Business Manager", ("decision_maker",))],
    ),
    TreePlan(
        name=LAKEVIEW,
        short="Lakeview",
        segment=CENTER,
        state=CALIFORNIA,
        city="Lakeview",
        owner="mara",
        years=1.75,
        weeks=7,
        silent=16,
        parts=[],
        people=[PersonPlan("Gil", "Norwood", "Center Director", ("decision_maker",))],
        about="Came to us through Rafael Soto of Riverside.",
    ),
    TreePlan(
        name=ASH_VALLEY,
        short="Ash Valley",
        segment=DISTRICT,
        state=TEXAS,
        city="Ash Valley",
        owner="mara",
        years=3.6,
        parts=[("Ash Valley Athletics", DEPARTMENT), ("Ash Valley Facilities", DEPARTMENT)]
        + [(f"Ash Valley {school}", LOCATION) for school in ("High", "Junior High", "Stadium")],
        people=[PersonPlan("Teresa", "Ibarra", "Director of Purchasing", ("decision_maker",))],
    ),
    TreePlan(
        name=HARBOR,
        short="Harbor",
        segment=COLLEGE,
        state=CALIFORNIA,
        city="Sand Harbor",
        owner="mara",
        years=5.3,
        parts=[("Harbor Athletics", DEPARTMENT)]
        + [(f"Harbor College, {campus} campus", LOCATION) for campus in ("Bay", "Island", "Point")],
        people=[PersonPlan("Alma", "Quigley", "Vice Chancellor", ("executive",))],
    ),
    TreePlan(
        name=NORTHGATE,
        short="Northgate",
        segment=YOUTH,
        state=CALIFORNIA,
        city="Northgate",
        owner="mara",
        years=2.4,
        weeks=9,
        parts=[("Northgate Y, Lagoon branch", LOCATION)],
        people=[PersonPlan("Philippa", "Adeyemi", "Aquatics Director", ("champion",))],
    ),
]


def told_orders(world: World) -> list[Order]:
    """The orders that are talked about; the first is the one that came at the wrong time."""
    ash_valley = sold(world, ASH_VALLEY, "Ibarra", {"GO-BBW": 4, "GO-PAD": 4, "GO-LAX": 1}, days=0, hours=1)
    return [late_delivery(world), swim_season(world), ash_valley]


def late_delivery(world: World) -> Order:
    """Dana's bleachers came at the wrong hour; she said so at the end of yesterday."""
    order = sold(world, NORTH_HIGH, "Whit", {"BL-5R": 6, "BL-GRK": 1}, days=15, hours=3, buyer=RIVERSIDE)
    asked_at = world.today(10, days=-1)
    delivered(order, asked_at - 7 * DAY)
    order.answer = Answer(4, DELIVERY_COMMENT, world.today(17, 5, days=-1))
    return order


def swim_season(world: World) -> Order:
    order = sold(world, NORTHGATE, "Adeyemi", {"PO-LAN": 6, "PO-CLK": 1}, days=16, hours=0)
    delivered(order, world.now - 8 * DAY - 3 * HOUR)
    order.answer = Answer(9, "Lanes were in before swim team practice.", world.now - 9 * MINUTE)
    return order


def sold(
    world: World, site: str, who: str, goods: dict[str, int], *, days: int, hours: int, buyer: str = ""
) -> Order:
    """An order that has just been placed, whatever the dice say of its delivery."""
    lines = [line_of(world.catalogue.articles[sku], quantity=many) for sku, many in goods.items()]
    order = draft(world, world.site(site), world.now - days * DAY - hours * HOUR, lines)
    order.back, order.purchase.status = None, PurchaseStatus.ORDERED
    order.purchase.shipped_at = order.purchase.delivered_at = order.purchase.installed_at = None
    order.purchase.contact = world.contact(buyer or site, who)
    return order


def delivered(order: Order, at: dt.datetime) -> None:
    order.purchase.status = PurchaseStatus.DELIVERED
    order.purchase.shipped_at, order.purchase.delivered_at = at - 2 * DAY, at
