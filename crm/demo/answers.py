"""A year of surveys: who was asked after a delivery, what they said, and what was done about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm.demo import words
from crm.demo.chores import finish, give, soon_after
from crm.demo.mail import Post
from crm.demo.referrals import Asking
from crm.demo.world import DAY, HOUR, Answer, Order, World, reserve_ids
from customers.models import Message, Task, TaskKind
from customers.services.working_time import add_working_hours
from surveys.defaults import SURVEY
from surveys.links import hash_token, make_token
from surveys.models import (
    Band,
    Invitation,
    Response,
    ResponseRevision,
    ResponseWords,
    Survey,
    SurveyRules,
    band_of,
)
from surveys.services.loops import SOURCE, WORKING_HOURS, reason_of
from surveys.services.planning import MESSAGE_KIND

SURVEYED = 395 * DAY
ANSWERING, COMMENTING = 0.44, 0.6
FRESH = 2 * DAY  # detractors of other owners whom nobody has called yet
LEAST_PROMOTER, LEAST_PASSIVE = 0.43, 0.13


@dataclass
class Heard:
    """An answer with its words, and the task it made."""

    response: Response
    order: Order
    words: ResponseWords | None = None
    task: Task | None = None


def listen(world: World, post: Post, asking: Asking) -> list[Heard]:
    """Invite after deliveries, take answers, and open and close the loops. Nothing is written yet."""
    survey, rules = Survey.objects.get(slug=SURVEY), SurveyRules.load()
    chosen = choose(world, survey)
    ids = reserve_ids(Invitation, len(chosen))
    invitations = [invite(world, post, survey, order, pk) for order, pk in zip(chosen, ids, strict=True)]
    answered = [
        (order, invitation, answer)
        for order, invitation in zip(chosen, invitations, strict=True)
        if (answer := order.answer or answer_to(world, order, invitation)) and invitation.sent_at
    ]
    answered.sort(key=lambda found: found[2].at)
    numbers = reserve_ids(Response, len(answered))
    heard = [
        take(world, rules, pk, order, invitation, answer)
        for pk, (order, invitation, answer) in zip(numbers, answered, strict=True)
    ]
    for one in heard:
        react(world, post, asking, one)
    Invitation.objects.bulk_create(invitations)
    return heard


def choose(world: World, survey: Survey) -> list[Order]:
    """Deliveries that are asked about, by date: those of the story, then others at their distance."""
    delivered = [
        order
        for order in world.orders
        if not order.purchase.is_history
        and order.purchase.delivered_at
        and order.purchase.delivered_at > world.now - SURVEYED
    ]
    delivered.sort(key=delivered_at)
    asked: dict[int | None, list[dt.datetime]] = {}
    chosen = []
    for order in sorted(delivered, key=lambda order: order.answer is None):
        moment, times = delivered_at(order), asked.setdefault(order.purchase.contact_id, [])
        if all(abs(moment - other) >= survey.one_per_days * DAY for other in times):
            times.append(moment)
            chosen.append(order)
    return sorted(chosen, key=delivered_at)


def delivered_at(order: Order) -> dt.datetime:
    assert order.purchase.delivered_at
    return order.purchase.delivered_at


def invite(world: World, post: Post, survey: Survey, order: Order, pk: int) -> Invitation:
    purchase = order.purchase
    assert purchase.contact
    due_at = delivered_at(order) + survey.delay_days * DAY
    message = post.write(
        kind=MESSAGE_KIND,
        contact=purchase.contact,
        account_id=purchase.account_id,
        reference=pk,
        key=f"{MESSAGE_KIND}:{pk}",
        content=survey.content,
        due_at=due_at,
        planned_at=delivered_at(order),
        values={"survey": {"order": purchase.number}},
    )
    invitation = Invitation(
        pk=pk,
        survey=survey,
        account=purchase.account,
        contact=purchase.contact,
        purchase=purchase,
        token_hash=hash_token(make_token(pk)),
        due_at=due_at,
        created_at=delivered_at(order),
    )
    follow(world, invitation, message, survey)
    return invitation


def follow(world: World, invitation: Invitation, message: Message, survey: Survey) -> None:
    """What `settle_invitation` and the expiry would have made of it."""
    if message.state == Message.State.REFUSED:
        invitation.state, invitation.reason = Invitation.State.CANCELLED, message.reason
    elif message.sent_at:
        invitation.sent_at = message.sent_at
        invitation.expires_at = message.sent_at + survey.expires_days * DAY
        is_over = invitation.expires_at < world.now
        invitation.state = Invitation.State.EXPIRED if is_over else Invitation.State.OPEN


def answer_to(world: World, order: Order, invitation: Invitation) -> Answer | None:
    if not world.chance(ANSWERING) or invitation.sent_at is None:
        return None
    at = invitation.sent_at + HOUR * (0.1 + min(world.rng.expovariate(1 / 22), 24 * 25))
    if at > world.now - HOUR:
        return None
    score = score_of(world, order.site.mood)
    comment = world.pick(words.COMMENTS[band_of(score)]) if world.chance(COMMENTING) else ""
    return Answer(score, comment, at)


def score_of(world: World, mood: float) -> int:
    luck = world.rng.random() + 0.12 * mood
    if luck > LEAST_PROMOTER:
        return world.pick([9, 9, 10, 10, 10])
    return world.pick([7, 8, 8]) if luck > LEAST_PASSIVE else world.pick([2, 3, 4, 5, 5, 6, 6, 6])


def take(
    world: World, rules: SurveyRules, pk: int, order: Order, invitation: Invitation, answer: Answer
) -> Heard:
    invitation.state = Invitation.State.ANSWERED
    counted_at = answer.at + rules.hold
    response = Response(
        pk=pk,
        invitation=invitation,
        survey=invitation.survey,
        account=invitation.account,
        contact=invitation.contact,
        score=answer.score,
        state=Response.State.CONFIRMED,
        first_at=answer.at,
        changed_at=answer.at,
        sent_at=answer.at,
        counted_at=counted_at,
        counted_score=answer.score,
        announced_band=band_of(answer.score),
        editable_until=answer.at + rules.editable_for,
    )
    words = ResponseWords(response=response, text=answer.comment) if answer.comment else None
    return Heard(response, order, words)


def react(world: World, post: Post, asking: Asking, heard: Heard) -> None:
    """A detractor becomes a task, a promoter is asked for a referral."""
    response, purchase = heard.response, heard.order.purchase
    assert response.counted_at
    note_answer(world, heard)
    if response.band == Band.PROMOTER:
        asking.ask(world, post, response.contact, response.pk, response.counted_at)
    elif response.band == Band.DETRACTOR:
        heard.task = response.recovery_task = give(
            world,
            heard.order.site,
            contact=response.contact,
            kind=TaskKind.RECOVERY,
            title=f"Call {response.contact.full_name} about order #{purchase.number}",
            why=reason_of(response),
            due_at=call_by(world, heard, response.counted_at),
            made_at=response.counted_at,
            is_urgent=True,
            needs_outcome=True,
            source_key=f"{SOURCE}:{response.pk}",
        )
        call_back(world, heard)


def call_by(world: World, heard: Heard, counted_at: dt.datetime) -> dt.datetime:
    """Eight working hours from then; in the story that is today, also on a Sunday."""
    if heard.order.answer:
        return world.today(17)
    return add_working_hours(start=counted_at, hours=WORKING_HOURS, company=world.company)


def call_back(world: World, heard: Heard) -> None:
    """Somebody called, except on Mara's newest and what came in just now."""
    response, task = heard.response, heard.task
    assert response.counted_at
    assert task
    is_told = heard.order.answer is not None
    if is_told or (response.counted_at > world.now - FRESH and task.owner != world.staff["mara"]):
        return
    called_at = soon_after(world, response.counted_at, heard.order.site)
    finish(world, task, min(called_at, world.now - HOUR), world.pick(words.RECOVERED))
    response.loop_closed_at = task.done_at


def note_answer(world: World, heard: Heard) -> None:
    """The timeline row that counting writes."""
    response, purchase = heard.response, heard.order.purchase
    world.note(
        response.account,
        "surveys.answered",
        response.changed_at,
        contact_id=response.contact_id,
        link=purchase.get_absolute_url(),
        data={
            "response": response.pk,
            "score": response.score,
            "before": None,
            "order": purchase.number,
        },
        words=heard.words.text if heard.words else "",
        key=f"surveys.answered:{response.pk}:{response.revision}",
    )


def save_answers(heard: list[Heard]) -> None:
    """Write the answers; their tasks are there already."""
    Response.objects.bulk_create([one.response for one in heard])
    ResponseRevision.objects.bulk_create(
        [
            ResponseRevision(
                response=one.response,
                number=1,
                score=one.response.score,
                state=one.response.state,
                at=one.response.changed_at,
            )
            for one in heard
        ]
    )
    ResponseWords.objects.bulk_create([one.words for one in heard if one.words])
