"""Accounts in trees, their people, and what these have agreed to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm.demo import names
from crm.demo.plans import DEPARTMENT, TASTES, PersonPlan, TreePlan
from crm.demo.world import DAY, WEEK, YEAR, YEARS_TOLD, Habit, Site, World
from customers.models import Account, ConsentRecord, Contact, Subscription, Suppression

SPANISH = 0.05
NEWS_TAKERS, SURVEY_REFUSERS = 0.22, 0.03
BOUNCING = 6


def settle(world: World, plans: list[TreePlan]) -> None:
    """Write the accounts level by level, then their people and consents, with their timeline rows."""
    trees = [grow(world, number, plan) for number, plan in enumerate(plans, start=1)]
    world.sites = [site for tree in trees for site in tree]
    for level in (True, False):
        Account.objects.bulk_create(
            [site.account for site in world.sites if (site.account.parent is None) == level]
        )
    for site in world.sites:
        world.note(site.account, "customers.account_created", site.account.created_at)
    for plan, tree in zip(plans, trees, strict=True):
        staff(world, plan, tree)
    save_people(world)
    agree(world)


def grow(world: World, number: int, plan: TreePlan) -> list[Site]:
    code = f"C-{1000 + number}"
    top = site_of(world, plan, name=plan.name, kind=Account.Kind.COMPANY, root=None, number=code)
    parts = [
        site_of(world, plan, name=name, kind=kind, root=top, number=f"{code}-{place}")
        for place, (name, kind) in enumerate(plan.parts, start=1)
    ]
    for site in [top, *parts]:
        site.habit = habit_of(world, plan, site, has_parts=bool(parts))
    return [top, *parts]


def site_of(world: World, plan: TreePlan, *, name: str, kind: str, root: Site | None, number: str) -> Site:
    joined = world.now - plan.years * YEAR
    domain = root.domain if root else names.domain(plan.name)
    account = Account(
        name=name,
        kind=kind,
        parent=root.account if root else None,
        external_id=number,
        industry=plan.segment.industry,
        website="" if root else f"https://www.{domain}",
        phone=phone(world, plan),
        street=f"{world.rng.randrange(100, 9900)} {world.pick(names.STREETS)} Street",
        city=plan.city,
        region=plan.state.name,
        postal_code=f"{plan.state.postal}{world.rng.randrange(100, 999)}",
        country="United States",
        owner=world.staff[plan.owner],
        team=world.staff.team_of(plan.owner),
        acquisition_cost=None if root else Decimal(world.rng.randrange(200, 2400, 50)),
        about="" if root else plan.about,
        customer_since=joined.date(),
        created_at=max(joined, world.now - YEARS_TOLD * YEAR - 14 * DAY),
    )
    mood = world.rng.gauss(0, 0.5)
    return Site(account, root, ZoneInfo(plan.state.zone), domain, mood)


def phone(world: World, plan: TreePlan) -> str:
    return f"+1 {plan.state.area_code} 555 {world.rng.randrange(100, 200):04d}"


def habit_of(world: World, plan: TreePlan, site: Site, *, has_parts: bool) -> Habit | None:
    """Where a tree has parts these buy, and some never have; the top seldom does."""
    rng, segment = world.rng, plan.segment
    is_top, is_office = site.root is None, site.account.kind == DEPARTMENT
    share = 0.25 if is_top and has_parts else 1.0 if is_top or is_office else 0.7
    weeks = plan.weeks if plan.weeks and is_top else rng.uniform(*segment.weeks)
    if is_office:
        weeks *= 0.6
    lines = TASTES.get(site.account.name.rsplit(" ", 1)[-1], segment.lines)
    known = min(plan.years, YEARS_TOLD) * YEAR
    since = world.now - known + rng.uniform(0, 1 if is_top else 20) * WEEK
    until = world.now - plan.silent * WEEK
    if not world.chance(share):
        return None
    return Habit(weeks, since, until, lines, segment.size * plan.size * (1.5 if is_office else 1))


def staff(world: World, plan: TreePlan, tree: list[Site]) -> None:
    """Give every part its people; a part without any is spoken for by its top."""
    top, *parts = tree
    titles = plan.segment.titles
    for site in tree:
        named = [one for one in plan.people if one.at == ("" if site is top else site.account.name)]
        site.contacts = [make_contact(world, plan, site, one) for one in named]
    for title, role in titles[: 3 if len(parts) > 3 else 2]:
        if not any(role in contact.roles for contact in top.contacts):
            top.contacts.append(make_contact(world, plan, top, stranger(world, title, role)))
    for site in parts:
        wanted = 2 if site.account.kind == DEPARTMENT else 1
        title, role = titles[-2] if site.account.kind == DEPARTMENT else titles[-1]
        while len(site.contacts) < wanted and world.chance(0.85):
            site.contacts.append(make_contact(world, plan, site, stranger(world, title, role)))
    for site in parts:
        site.contacts = site.contacts or top.contacts[:1]


def stranger(world: World, title: str, role: str) -> PersonPlan:
    first, last = names.person(world.rng)
    return PersonPlan(first, last, title, (role,))


def make_contact(world: World, plan: TreePlan, site: Site, who: PersonPlan) -> Contact:
    return Contact(
        account=site.account,
        first_name=who.first,
        last_name=who.last,
        job_title=who.title,
        email=f"{who.first}.{who.last}@{site.domain}".lower(),
        phone=phone(world, plan),
        roles=list(who.roles),
        language="es" if world.chance(SPANISH) else "en",
        time_zone=plan.state.zone,
        created_at=site.account.created_at + world.days(0, 5),
    )


def save_people(world: World) -> None:
    people = Contact.objects.bulk_create(contacts_of(world))
    for contact in people:
        world.note(contact.account, "customers.contact_added", contact.created_at, contact_id=contact.pk)


def contacts_of(world: World) -> list[Contact]:
    """Everybody once, in the order of the accounts."""
    return [one for site in world.sites for one in site.contacts if one.account is site.account]


def agree(world: World) -> None:
    """Some want news and offers, a few want no surveys, and some addresses are dead."""
    records: list[ConsentRecord] = []
    named = {"Whit", "Soto", "Adeyemi"}
    others = [one for one in contacts_of(world) if one.last_name not in named]
    for contact in others:
        if world.chance(NEWS_TAKERS):
            topic = world.pick(["news", "news", "offers"])
            records.append(said(world, contact, topic, granted=True, source="preferences"))
        if world.chance(SURVEY_REFUSERS):
            records.append(said(world, contact, "surveys", granted=False, source="unsubscribe"))
    ConsentRecord.objects.bulk_create(records)
    Subscription.objects.bulk_create(
        [
            Subscription(
                contact=one.contact, topic_id=one.topic_id, granted=one.granted, since=one.at, record=one
            )
            for one in records
        ]
    )
    Suppression.objects.bulk_create(
        [
            Suppression(address=one.email, reason=Suppression.Reason.BOUNCE, at=one.created_at + 200 * DAY)
            for one in world.rng.sample(others, BOUNCING)
            if one.created_at + 200 * DAY < world.now
        ]
    )


def said(world: World, contact: Contact, topic: str, *, granted: bool, source: str) -> ConsentRecord:
    span: dt.timedelta = world.now - contact.created_at
    return ConsentRecord(
        contact=contact,
        topic_id=topic,
        granted=granted,
        at=contact.created_at + span * world.rng.uniform(0.05, 0.9),
        source=source,
        proof="Chosen on the preference page" if granted else "Link in a mail",
    )
