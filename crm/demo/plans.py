"""The trees of customers to be: who they are, what they are made of and how they buy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from crm.demo import names
from crm.demo.catalogue import BLEACHERS, FLOORS, GOALS, NETS, POOL
from crm.demo.names import State
from customers.models import Account

DEPARTMENT, LOCATION = Account.Kind.DEPARTMENT, Account.Kind.LOCATION
OFFICES = ("Athletics", "Facilities", "Recreation")
# what an office of a school district or college buys, by weight
TASTES: dict[str, Mapping[str, int]] = {
    "Athletics": {BLEACHERS: 6, GOALS: 5, NETS: 4, FLOORS: 1},
    "Facilities": {FLOORS: 5, BLEACHERS: 4, POOL: 1},
    "Recreation": {GOALS: 3, NETS: 3, POOL: 4, BLEACHERS: 1},
}
Parts = Sequence[tuple[str, str]]  # name and kind
Titles = tuple[tuple[str, str], ...]  # job title and role


@dataclass(frozen=True)
class Segment:
    """A sort of customer: how many there are, what they are called, what and how often they buy."""

    industry: str
    count: int
    patterns: tuple[str, ...]
    lines: Mapping[str, int]
    weeks: tuple[float, float]
    size: float
    titles: Titles
    parts: Callable[[Random, str], Parts]


@dataclass(frozen=True)
class PersonPlan:
    """Somebody with a name of their own. `at` is the part of the tree they work in, empty: the top."""

    first: str
    last: str
    title: str
    roles: tuple[str, ...]
    at: str = ""


@dataclass(frozen=True)
class TreePlan:
    """A top account and its parts. `silent` is for how many weeks it has bought nothing, 0: it still does."""

    name: str
    short: str
    segment: Segment
    state: State
    city: str
    owner: str
    years: float
    parts: Parts
    people: list[PersonPlan] = field(default_factory=list)
    silent: float = 0
    weeks: float | None = None
    size: float = 1.0
    about: str = ""


def district_parts(rng: Random, short: str) -> Parts:
    schools = rng.sample(names.CAMPUSES, rng.randint(3, 7))
    levels = ["High", "High", "Middle School", "Middle School", "Elementary", "Elementary", "Academy"]
    offices = OFFICES if len(schools) > 4 else OFFICES[:2]
    return [(f"{short} {office}", DEPARTMENT) for office in offices] + [
        (f"{short} {school} {level}", LOCATION) for school, level in zip(schools, levels, strict=False)
    ]


def college_parts(rng: Random, short: str) -> Parts:
    campuses = rng.sample(names.CAMPUSES, rng.randint(1, 3))
    return [(f"{short} College Athletics", DEPARTMENT)] + [
        (f"{short} College, {campus} campus", LOCATION) for campus in campuses
    ]


def branch_parts(rng: Random, short: str) -> Parts:
    branches = rng.sample(names.CAMPUSES, rng.choice([0, 0, 1, 2, 3]))
    return [(f"{short} Y, {branch} branch", LOCATION) for branch in branches]


def center_parts(rng: Random, short: str) -> Parts:
    sites = rng.sample(names.CAMPUSES, rng.choice([1, 1, 2, 3]))
    kinds = ["Recreation Center", "Sports Park", "Pool"]
    return [(f"{short} {site} {kind}", LOCATION) for site, kind in zip(sites, kinds, strict=False)]


def no_parts(rng: Random, short: str) -> Parts:
    return []


DISTRICT = Segment(
    "Education",
    23,
    ("{} Unified School District", "{} School District", "{} Public Schools", "{} Area Schools"),
    {BLEACHERS: 4, FLOORS: 3, GOALS: 3, NETS: 3},
    (16, 44),
    0.9,
    (
        ("Director of Purchasing", "decision_maker"),
        ("Accounts Payable", "billing"),
        ("Superintendent", "executive"),
        ("Athletic Director", "champion"),
        ("Facilities Manager", "user"),
    ),
    district_parts,
)
COLLEGE = Segment(
    "Higher education",
    8,
    ("{} Community College", "{} State College", "{} Technical College"),
    {BLEACHERS: 4, GOALS: 3, FLOORS: 3, POOL: 2, NETS: 2},
    (14, 34),
    1.1,
    (
        ("Director of Athletics", "decision_maker"),
        ("Accounts Payable", "billing"),
        ("Vice Chancellor", "executive"),
        ("Equipment Manager", "user"),
    ),
    college_parts,
)
YOUTH = Segment(
    "Youth and fitness",
    24,
    ("{} Y", "{} Family Y", "{} Boys and Girls Club"),
    {POOL: 5, FLOORS: 2, NETS: 3, GOALS: 3, BLEACHERS: 1},
    (8, 24),
    0.7,
    (
        ("Executive Director", "decision_maker"),
        ("Aquatics Director", "champion"),
        ("Program Manager", "user"),
        ("Bookkeeper", "billing"),
    ),
    branch_parts,
)
PARKS = Segment(
    "Parks and recreation",
    22,
    ("{} Parks and Recreation", "City of {} Recreation", "{} County Parks"),
    {GOALS: 5, NETS: 4, BLEACHERS: 4, POOL: 3},
    (10, 30),
    0.9,
    (
        ("Parks Director", "decision_maker"),
        ("Recreation Supervisor", "champion"),
        ("City Finance", "billing"),
        ("Grounds Foreman", "user"),
    ),
    center_parts,
)
CENTER = Segment(
    "Community center",
    58,
    ("{} Community Center", "{} Recreation Center", "{} Aquatic Center", "{} Youth Sports Club"),
    {NETS: 4, GOALS: 3, POOL: 3, FLOORS: 2, BLEACHERS: 1},
    (7, 30),
    0.6,
    (
        ("Center Director", "decision_maker"),
        ("Program Coordinator", "champion"),
        ("Office Manager", "billing"),
    ),
    no_parts,
)
SEGMENTS = (DISTRICT, COLLEGE, YOUTH, PARKS, CENTER)


def invent(rng: Random) -> Iterator[TreePlan]:
    """Plans of all customers but the named ones, in the same order for the same dice."""
    towns = iter(names.places(rng))
    for segment in SEGMENTS:
        for _ in range(segment.count):
            yield invent_one(rng, segment, next(towns))


def invent_one(rng: Random, segment: Segment, town: str) -> TreePlan:
    owner = rng.choices(["mara", "tom", "ines", "dev"], [4, 5, 6, 6])[0]
    state = names.state(rng, names.WEST if owner in ("mara", "tom") else names.EAST)
    # more than half were customers before the story begins; the others came year by year
    years = rng.uniform(3, 9) if rng.random() < 0.55 else rng.uniform(0.15, 3)
    silent = rng.uniform(18, 50) if years > 1.5 and rng.random() < 0.09 else 0
    return TreePlan(
        name=rng.choice(segment.patterns).format(town),
        short=town,
        segment=segment,
        state=state,
        city=town,
        owner=owner,
        years=years,
        parts=segment.parts(rng, town),
        silent=silent,
    )
