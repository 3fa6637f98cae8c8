"""What the programs did: mails, answers, points, sequences."""

from __future__ import annotations

from customers.models import Content, Enrolment, Flow, Message
from loyalty.models import Lot, Member, Program, Transfer
from surveys.models import Invitation, Response, ResponseWords, Survey
from tests.bench.filling import fill
from tests.bench.seeding.people import YEARS
from tests.bench.seeding.words import TALK


def messages(number: int) -> None:
    content = Content.objects.get(slug="survey-delivery").pk
    fill(
        Message,
        f"(SELECT i, random() AS chance FROM generate_series(1, {number}) i) made",
        id="i",
        contact_id=f"3 * ceil(chance * {number // 3})::bigint - 1",
        account_id=f"ceil(chance * {number // 3})",
        kind="'surveys.invitation'",
        topic_id="'surveys'",
        content_id=str(content),
        reference="i",
        key="'bench:' || i",
        due_at=f"now() + interval '14 days' - {YEARS} * (1 - i::numeric / {number})",
        state=f"""CASE WHEN i > {0.987 * number} THEN 'planned'
                       WHEN mod(i, 30) = 0 THEN 'refused' ELSE 'sent' END""",
        reason="CASE WHEN mod(i, 30) = 0 THEN 'gap' ELSE '' END",
        subject="'How did order #' || i || ' go?'",
        sent_at=f"now() - {YEARS} * (1 - i::numeric / {number})",
    )


def answers(number: int) -> None:
    survey = Survey.objects.get(slug="after-delivery").pk
    fill(
        Invitation,
        f"customers_purchase WHERE mod(id, 8) = 0 AND status = 'delivered' LIMIT {number}",
        id="id / 8",
        survey_id=str(survey),
        account_id="account_id",
        contact_id="contact_id",
        purchase_id="id",
        token_hash="md5(id::text)",
        state="'answered'",
        due_at="delivered_at",
        sent_at="delivered_at",
    )
    fill(
        Response,
        "surveys_invitation",
        id="id",
        invitation_id="id",
        survey_id="survey_id",
        account_id="account_id",
        contact_id="contact_id",
        score="10 - mod(id, 11) * mod(id, 3) / 2",
        state="'confirmed'",
        first_at="due_at",
        changed_at="due_at",
        sent_at="due_at",
        counted_at="due_at",
        counted_score="10 - mod(id, 11) * mod(id, 3) / 2",
        editable_until="due_at + interval '30 days'",
    )
    fill(ResponseWords, "surveys_response WHERE mod(id, 2) = 0", response_id="id", text=f"'{TALK}'")


def points() -> None:
    """Every order of the last year earned some, for the head of its tree."""
    program = str(Program.objects.main().pk)
    fill(
        Member,
        "customers_account WHERE parent_id IS NULL",
        id="id",
        account_id="id",
        program_id=program,
        active="mod(id, 900)",
    )
    earned = """customers_purchase p JOIN customers_accountlink l ON l.descendant_id = p.account_id
        JOIN loyalty_member m ON m.account_id = l.ancestor_id
        WHERE p.ordered_at > now() - interval '1 year'"""
    fill(
        Transfer,
        earned,
        id="p.id",
        program_id=program,
        member_id="m.id",
        from_book="'issued'",
        to_book="'active'",
        amount="10 + mod(p.id, 90)",
        kind="'earn'",
        key="'earn:' || p.id",
        purchase_id="p.id",
    )
    fill(
        Lot,
        earned,
        id="p.id",
        grant_id="p.id",
        member_id="m.id",
        purchase_id="p.id",
        rate="0.1",
        amount="10 + mod(p.id, 90)",
        remaining="10 + mod(p.id, 90)",
        available_at="p.ordered_at + interval '35 days'",
        confirmed_at="CASE WHEN p.ordered_at < now() - interval '35 days' THEN p.ordered_at END",
    )


def enrolments(number: int) -> None:
    flow = Flow.objects.get(slug="after-first-delivery")
    fill(
        Enrolment,
        f"generate_series(1, {number}) i",
        id="i",
        flow_id=str(flow.pk),
        version_id=str(flow.latest_version().pk),
        account_id="5 * i - 4",
        contact_id="15 * i - 14",
        key="'bench:' || i",
        state="CASE WHEN mod(i, 4) = 0 THEN 'active' ELSE 'done' END",
        ended_at="CASE WHEN mod(i, 4) > 0 THEN now() END",
        due_at="now() + interval '5 days'",
    )
