"""What has just happened, and Mara's list of today and this week."""

from __future__ import annotations

from crm.demo import stories
from crm.demo.catalogue import GOALS
from crm.demo.chores import give
from crm.demo.referrals import Asking
from crm.demo.talk import Talk
from crm.demo.world import DAY, HOUR, World
from customers.models import Channel, Mood, TaskKind

# site, whose name, kind, title, why, hour, in how many days, cannot wait
MARAS_LIST = [
    (
        stories.OAKFIELD,
        "Kearney",
        TaskKind.TODO,
        "Renewal notice date",
        "Their $38k service plan ends in four weeks; notice is possible until then.",
        (17, 3, True),
    ),
    (
        stories.HARBOR,
        "Quigley",
        TaskKind.FOLLOW_UP,
        "Send the drawings for the Bay campus pool",
        "Promised for this week on the phone.",
        (15, -1, False),
    ),
    (
        stories.LAKEVIEW,
        "Norwood",
        TaskKind.QUIET,
        "Quiet: ask Gil how things are",
        "Buys every 7 weeks, silent for 16.",
        (12, 0, False),
    ),
    (
        "Oakfield Facilities",
        "",
        TaskKind.CALL,
        "Agree the day for the floor refinish",
        "The gym is free between two tournaments only.",
        (14, 0, False),
    ),
    (
        stories.NORTHGATE,
        "Adeyemi",
        TaskKind.TODO,
        "Book the inspection of the starting blocks",
        "The last one was eleven months ago.",
        (16, 0, False),
    ),
    (
        stories.ASH_VALLEY,
        "Ibarra",
        TaskKind.CALL,
        "Time to return with gym flooring",
        "Their stadium hall floor is from 2004; Teresa has budget until June.",
        (10, 2, False),
    ),
    (
        "Riverside Athletics",
        "Soto",
        TaskKind.THANK,
        "Write a card to Rafael Soto",
        "The third customer he sent us ordered for the first time.",
        (15, 3, False),
    ),
    (
        stories.HARBOR,
        "Quigley",
        TaskKind.CALL,
        "Sponsor check-in",
        "Tom and their vice chancellor, every quarter; the last one was four months ago.",
        (11, 4, False),
    ),
    (
        "Riverside Facilities",
        "Marlow",
        TaskKind.CALL,
        "Offer gym flooring for the middle schools",
        "Lena mentioned two worn floors; the quote for the first is with Dana.",
        (9, 5, False),
    ),
]


def speak(world: World, talk: Talk) -> None:
    """The latest conversations with those one meets first."""
    speak_to_dana(world, talk)
    talk.say(
        world.site(stories.HARBOR),
        world.contact(stories.HARBOR, "Quigley"),
        world.ago(hours=2),
        channel=Channel.CALL,
        minutes=11,
        author="rita",
        mood=Mood.POSITIVE,
        body="The pool lift works again: a loose bolt. From their call to the fix it took 3 h 10.",
    )


def speak_to_dana(world: World, talk: Talk) -> None:
    riverside, dana = world.site(stories.RIVERSIDE), world.contact(stories.RIVERSIDE, "Whit")
    talk.say(
        riverside,
        dana,
        world.at_work(world.ago(days=12), riverside.zone),
        channel=Channel.CALL,
        minutes=8,
        mood=Mood.POSITIVE,
        need=GOALS,
        body="Dana likes the gym floor quote; wants it installed before term. Also asked about soccer goals "
        "for the new campus.",
    )
    talk.say(
        riverside,
        dana,
        world.ago(days=8, hours=2),
        channel=Channel.TEXT,
        author="rita",
        mood=Mood.NEGATIVE,
        body="Dana: the truck stands at the gate, our crew was booked for the afternoon. Told dispatch.",
    )


def recommend(world: World, asking: Asking) -> None:
    """Rafael Soto sent us three customers, Lakeview first."""
    soto = world.contact("Riverside Athletics", "Soto")
    link = asking.link_of(world, soto, world.ago(days=665))
    for who, company, days in (
        ("Gil Norwood", stories.LAKEVIEW, 660),
        ("Wanda Thorne", "Silver Bay Sports Club", 150),
        ("Malik Varga", "Juniper Heights Recreation Center", 31),
    ):
        asking.name(world, link, who, company, world.ago(days=days, hours=4))


def plan_mara(world: World) -> None:
    for site_name, who, kind, title, why, (hour, days, is_urgent) in MARAS_LIST:
        site = world.site(site_name)
        due_at = world.today(hour, days=days)
        give(
            world,
            site,
            title=title,
            due_at=due_at,
            made_at=min(due_at, world.now) - 2 * DAY - HOUR,
            kind=kind,
            why=why,
            contact=world.contact(site_name, who) if who else site.contacts[0],
            owner=world.staff["mara"],
            is_urgent=is_urgent,
        )
