"""Calls, mails, visits: what our people wrote down, and what followed from it."""

from __future__ import annotations

import datetime as dt

from crm.demo import words
from crm.demo.catalogue import BLEACHERS, FLOORS, GOALS, NETS, POOL
from crm.demo.chores import finish, give, soon_after
from crm.demo.world import DAY, HOUR, YEAR, Site, World
from customers.models import Contact, Interaction, InteractionContact, TaskKind

SPOKEN_OF = {
    BLEACHERS: "bleachers",
    FLOORS: "gym floors",
    GOALS: "goals",
    NETS: "nets",
    POOL: "lane lines",
}
A_YEAR, A_YEAR_BUSY, BUSY_WEEKS = 2.2, 6.0, 11
NEEDING, FOLLOWING, BY_REP = 0.08, 0.12, 0.35


class Talk:
    """Interactions on their way into the database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: list[tuple[Interaction, Contact]] = []

    def chat(self) -> None:
        """What was said with every customer while they bought, and now and then with their top."""
        for site in self.world.sites:
            for at in self.moments(site):
                self.say_something(site, at)

    def moments(self, site: Site) -> list[dt.datetime]:
        habit, rng = site.habit, self.world.rng
        since = habit.since if habit else site.account.created_at
        until = habit.until if habit else self.world.now
        often = A_YEAR_BUSY if habit and habit.weeks < BUSY_WEEKS else A_YEAR
        count = int((until - since) / YEAR * often * (1 if habit else 0.5) + rng.random())
        days = [since + (until - since) * rng.random() for _ in range(count)]
        at_work = [self.world.at_work(day, site.zone) for day in days]
        return [at for at in at_work if at < self.world.now - 5 * HOUR]

    def say_something(self, site: Site, at: dt.datetime) -> None:
        world = self.world
        line = world.pick(list(site.habit.lines) if site.habit else list(SPOKEN_OF))
        needs = world.chance(NEEDING)
        channel, mood, text, minutes = world.pick(words.NEEDS if needs else words.TALKS)
        contact = world.pick(site.contacts)
        row = self.say(
            site,
            contact,
            at,
            channel=channel,
            mood=mood,
            body=text.format(name=contact.first_name, line=SPOKEN_OF[line]),
            minutes=minutes and max(1, round(minutes * world.rng.uniform(0.6, 1.5))),
            need=line if needs else "",
            author="rita" if world.chance(BY_REP) else "",
        )
        if needs or world.chance(FOLLOWING):
            self.follow_up(site, contact, row, SPOKEN_OF[line])

    def say(
        self,
        site: Site,
        contact: Contact,
        at: dt.datetime,
        *,
        channel: str,
        body: str,
        mood: str = "",
        minutes: int | None = None,
        need: str = "",
        author: str = "",
    ) -> Interaction:
        """Write something down; `need` is a product line, `author` a colleague instead of the owner."""
        row = Interaction(
            pk=self.world.next_id(Interaction),
            account=site.account,
            author=self.world.staff[author] if author else site.owner,
            channel=channel,
            body=body,
            at=at,
            created_at=at,
            minutes=minutes,
            mood=mood,
            need_line=self.world.catalogue.lines[need] if need else None,
        )
        self.rows.append((row, contact))
        return row

    def follow_up(self, site: Site, contact: Contact, row: Interaction, what: str) -> None:
        world = self.world
        task = give(
            world,
            site,
            contact=contact,
            kind=TaskKind.FOLLOW_UP,
            title=world.pick(words.FOLLOW_UPS).format(line=what),
            why=row.body[:300],
            due_at=soon_after(world, row.at + world.days(1, 8), site),
            made_at=row.at,
            owner=row.author,
            source_key=f"follow-up:{row.pk}",
        )
        done_at = soon_after(world, row.at, site) + world.rng.randrange(6) * DAY
        finish(world, task, done_at, world.pick(words.FOLLOWED))

    def save(self) -> None:
        """Write all, with the timeline rows that `log_interaction` writes."""
        Interaction.objects.bulk_create([row for row, _contact in self.rows])
        InteractionContact.objects.bulk_create(
            [InteractionContact(interaction=row, contact=contact) for row, contact in self.rows]
        )
        for row, contact in self.rows:
            self.note(row, contact)

    def note(self, row: Interaction, contact: Contact) -> None:
        assert row.author
        self.world.note(
            row.account,
            "customers.interaction",
            row.at,
            contact_id=contact.pk,
            actor_id=row.author.pk,
            data={
                "interaction": row.pk,
                "channel": row.channel,
                "mood": row.mood,
                "minutes": row.minutes,
                "people": 1,
                "need": row.need_line.name if row.need_line else "",
            },
            words=row.body,
            key=f"interaction:{row.pk}",
        )
