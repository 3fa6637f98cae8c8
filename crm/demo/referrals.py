"""Promoters who were asked whom else we could help, and whom they named."""

from __future__ import annotations

import datetime as dt

from crm.demo import names, words
from crm.demo.chores import finish, give, soon_after
from crm.demo.mail import Post
from crm.demo.world import DAY, Site, World
from customers.models import Contact, TaskKind
from customers.services.working_time import add_working_hours
from loyalty.asking import ASK, CONTENT, PAUSE
from loyalty.models import Referral, ReferralLink
from loyalty.models.referrals import ALPHABET, CODE_LENGTH
from loyalty.referring import THANK_WITHIN_HOURS, person_key

GAP = 3 * DAY  # the days that lie between two messages at least
NAMING, CLICKING = 0.11, 0.08
CONSENT = "I have asked this person, and Fairground Sports may contact them."


class Asking:
    """Links and referrals on their way into the database."""

    def __init__(self) -> None:
        self.links: dict[int, ReferralLink] = {}
        self.referrals: list[Referral] = []

    def link_of(self, world: World, contact: Contact, at: dt.datetime) -> ReferralLink:
        if contact.pk not in self.links:
            self.links[contact.pk] = ReferralLink(
                pk=world.next_id(ReferralLink),
                contact=contact,
                code="".join(world.rng.choices(ALPHABET, k=CODE_LENGTH)),
                created_at=at,
            )
        return self.links[contact.pk]

    def ask(self, world: World, post: Post, contact: Contact, response_id: int, at: dt.datetime) -> None:
        """Ask a promoter, unless that was done within the last half year."""
        link = self.link_of(world, contact, at)
        if link.asked_at and link.asked_at > at - PAUSE:
            return
        link.asked_at = at
        message = post.write(
            kind=ASK,
            contact=contact,
            account_id=contact.account_id,
            reference=link.pk,
            key=f"referral-ask:{contact.pk}:{response_id}",
            content=CONTENT,
            due_at=at + GAP,
            planned_at=at,
        )
        world.note(
            contact.account,
            "loyalty.referral_asked",
            at,
            contact_id=contact.pk,
            key=f"referral-asked:{contact.pk}:{response_id}",
        )
        if message.sent_at:
            self.answer(world, link, message.sent_at + world.days(0.1, 6))

    def answer(self, world: World, link: ReferralLink, at: dt.datetime) -> None:
        luck = world.rng.random()
        if at > world.now or luck > NAMING + CLICKING:
            return
        if luck > NAMING:
            self.click(link, at)
            return
        first, last = names.person(world.rng)
        town = f"{world.pick(names.FRONT)} {world.pick(['Bay', 'Harbor', 'Heights', 'Park', 'Ridge'])}"
        company = f"{town} {world.pick(['Recreation Center', 'School District', 'Y', 'Sports Club'])}"
        self.name(world, link, f"{first} {last}", company, at)

    def click(self, link: ReferralLink, at: dt.datetime) -> None:
        """The form was opened; nobody is named yet. At most once per link."""
        if not any(one.link is link and one.state == Referral.State.CLICKED for one in self.referrals):
            self.referrals.append(Referral(link=link, account=link.contact.account, at=at))

    def name(self, world: World, link: ReferralLink, who: str, company: str, at: dt.datetime) -> Referral:
        """Somebody is recommended; the account's owner says thank you."""
        contact = link.contact
        email = f"{who.replace(' ', '.')}@{names.domain(company)}".lower()
        referral = Referral(
            pk=world.next_id(Referral),
            link=link,
            account=contact.account,
            state=Referral.State.BOUND,
            name=who,
            email=email,
            person_key=person_key(email),
            company=company,
            consent=CONSENT,
            at=at,
            bound_at=at,
        )
        self.referrals.append(referral)
        thank(world, referral, contact)
        return referral

    def save(self) -> None:
        ReferralLink.objects.bulk_create(self.links.values())
        Referral.objects.bulk_create(sorted(self.referrals, key=lambda referral: referral.at))


def thank(world: World, referral: Referral, contact: Contact) -> None:
    """The task and the timeline row that a referral makes."""
    site: Site = next(site for site in world.sites if site.account is contact.account)
    who = f"{referral.name}, {referral.company}"
    task = give(
        world,
        site,
        contact=contact,
        kind=TaskKind.THANK,
        title=f"Say thank you to {contact.first_name} for referring {referral.company}",
        why=f"Recommended us to {who}.",
        due_at=add_working_hours(start=referral.at, hours=THANK_WITHIN_HOURS, company=world.company),
        made_at=referral.at,
        source_key=f"thank-referral:{referral.pk}",
    )
    finish(world, task, soon_after(world, referral.at, site), world.pick(words.THANKED))
    world.note(
        contact.account,
        "loyalty.referral_made",
        referral.at,
        contact_id=contact.pk,
        data={"referral": referral.pk},
        words=who,
        key=f"referral-made:{referral.pk}",
    )
