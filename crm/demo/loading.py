"""Fill an empty database with the demo company, chapter by chapter."""

from __future__ import annotations

import datetime as dt
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from crm.core.models import User
from crm.demo import chores, present, stories
from crm.demo.answers import listen, save_answers
from crm.demo.catalogue import stock
from crm.demo.customers import settle
from crm.demo.mail import Post, post
from crm.demo.orders import sell
from crm.demo.plans import invent
from crm.demo.points import reward
from crm.demo.referrals import Asking
from crm.demo.sequences import nurture, save_walks
from crm.demo.staff import address, hire, open_company
from crm.demo.talk import Talk
from crm.demo.world import World
from customers.models import Account
from customers.services import summaries, timeline

SEED = 20418


class NotEmpty(Exception):
    """The database holds customers that are not the demo's."""


def is_loaded() -> bool:
    return User.objects.filter(email=address("mara")).exists()


@transaction.atomic
def load(*, now: dt.datetime | None = None) -> bool:
    """Load the demo as it looks at `now`; answers False when it is there already. Raises NotEmpty.

    Nothing is announced: what would react to orders and answers is written here as it would have been.
    """
    if is_loaded():
        return False
    if Account.objects.exists():
        raise NotEmpty
    now = now or timezone.now()
    world = World(now, Random(SEED), open_company(), hire(now), stock())
    settle(world, [*stories.NAMED, *invent(world.rng)])
    sell(world, stories.told_orders(world))
    reward(world)
    keep_in_touch(world)
    timeline.record_many(sorted(world.entries, key=lambda entry: entry.at))
    summaries.refresh_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the first minutes would be planned for empty tables
    return True


def keep_in_touch(world: World) -> None:
    """Everything that was said, asked, sent and done."""
    mail, asking, talk = Post(world), Asking(), Talk(world)
    present.speak(world, talk)
    present.recommend(world, asking)
    present.plan_mara(world)
    heard = listen(world, mail, asking)
    walks = nurture(world, mail)
    talk.chat()
    chores.plan_days(world)
    chores.save_tasks(world)
    save_answers(heard)
    save_walks(walks)
    asking.save()
    talk.save()
    post(world)
