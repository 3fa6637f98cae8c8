"""Tasks: those that were done, with what came of them, and those that wait."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.demo import words
from crm.demo.world import DAY, HOUR, Site, World
from customers.models import Contact, Task, TaskKind

OPEN_EACH = {"tom": 7, "ines": 8, "dev": 6}


def give(
    world: World, site: Site, *, title: str, due_at: dt.datetime, made_at: dt.datetime, **fields: Any
) -> Task:
    """An open task of the account's owner, unless `owner` says otherwise."""
    task = Task(
        account=site.account,
        title=title,
        due_at=due_at,
        created_at=made_at,
        **{"owner": site.owner, **fields},
    )
    world.tasks.append(task)
    return task


def finish(world: World, task: Task, at: dt.datetime, outcome: str) -> None:
    """Close a task, unless that would be in the future."""
    if at < world.now:
        task.state, task.done_at, task.done_by, task.outcome = Task.State.DONE, at, task.owner, outcome


def plan_days(world: World) -> None:
    """Give everybody but Mara, whose day the story tells, something overdue, due and coming."""
    for key, count in OPEN_EACH.items():
        sites = [site for site in world.sites if site.owner == world.staff[key] and site.habit]
        for place in range(count):
            give_chore(world, world.pick(sites), world.today(9 + place, days=place - 1))
    helped = [site for site in world.sites if site.habit]
    for place in range(5):
        due_at = world.today(11 + place, days=place // 2)
        give_chore(world, world.pick(helped), due_at, owner=world.staff["rita"])


def give_chore(world: World, site: Site, due_at: dt.datetime, **fields: Any) -> Task:
    kind, title, why = world.pick(words.OPEN_TASKS)
    contact: Contact = world.pick(site.contacts)
    made_at = world.now - world.days(1, 6)
    return give(
        world,
        site,
        title=title,
        due_at=due_at,
        made_at=made_at,
        kind=TaskKind(kind),
        why=why,
        contact=contact,
        **fields,
    )


def save_tasks(world: World) -> None:
    """Write all tasks by date, with the timeline rows of those that were done."""
    world.tasks.sort(key=lambda task: task.created_at)
    Task.objects.bulk_create(world.tasks)
    for task in world.tasks:
        if task.done_at and task.done_by:
            world.note(
                task.account,
                "customers.task_done",
                task.done_at,
                contact_id=task.contact_id,
                actor_id=task.done_by.pk,
                data={"task": task.pk, "title": task.title, "kind": str(task.kind)},
                words=task.outcome,
            )


def soon_after(world: World, moment: dt.datetime, site: Site) -> dt.datetime:
    """A working hour of one of the next days."""
    return world.at_work(moment + DAY + world.rng.uniform(0, 20) * HOUR, site.zone)
