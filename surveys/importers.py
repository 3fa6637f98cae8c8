"""What files can bring into surveys: answers that were given before, in another system."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from crm.core.jobs import JobRefused
from customers.imports import changes
from customers.imports.records.belonging import ACCOUNT_FIELDS, find_accounts
from customers.imports.staging import execute
from customers.imports.upserting import Match, Upsert, allot, find, refuse
from customers.models import TimelineEntry
from surveys.models import Invitation, Response, Survey
from surveys.models.surveys import LOWEST_PASSIVE, LOWEST_PROMOTER

NO_ACCOUNT = gettext_noop("a customer number or a name is needed")
NOBODY = gettext_noop("nobody at this customer has this mail address, or several have it")
NO_SCORE = gettext_noop("a score is a whole number from 0 to 10")
FUTURE = gettext_noop("it lies in the future")
ANOTHER = gettext_noop("Another score of this person at this moment is here already")

FIELDS = [
    *ACCOUNT_FIELDS,
    ImportField(
        name="email",
        label=gettext_lazy("Contact's mail"),
        kind="email",
        needed=True,
        titles=("contactmail", "contactemail", "email", "mail", "emailaddress", "respondent"),
    ),
    ImportField(
        name="at",
        label=gettext_lazy("Answered at"),
        kind="moment",
        needed=True,
        titles=("answeredat", "date", "answered", "submittedat", "responsedate", "createdat", "timestamp"),
    ),
    ImportField(
        name="score",
        label=gettext_lazy("Score"),
        kind="number",
        places=1,
        least=0,
        needed=True,
        titles=("score", "nps", "npsscore", "rating", "answer"),
    ),
    ImportField(
        name="comment",
        label=gettext_lazy("Comment"),
        max_length=5_000,
        can_clear=False,
        titles=("comment", "reason", "feedback", "why", "verbatim"),
    ),
]
FIND_CONTACTS = """
    UPDATE {staging} s SET contact_id = f.id
    FROM (
        SELECT n.account_id, n.email, min(c.id) AS id
        FROM (SELECT DISTINCT account_id, email FROM {staging} WHERE reason IS NULL) n
        JOIN customers_contact c
          ON c.account_id = n.account_id AND lower(c.email) = n.email AND c.erased_at IS NULL
        GROUP BY 1, 2 HAVING count(*) = 1
    ) f
    WHERE s.account_id = f.account_id AND s.email = f.email
"""
# No mail went out for these invitations: nobody has their links, and no response rate counts them.
INVITED = Upsert(
    model=Invitation,
    columns=[],
    matches=[
        Match(
            "email",
            "t.contact_id = s.contact_id AND t.due_at = s.at AND t.survey_id = s.survey_id"
            f" AND t.reason = '{Invitation.IMPORTED}'",
            key="s.contact_id || ' ' || s.at",
        )
    ],
    key="s.survey_id || ' ' || s.contact_id || ' ' || extract(epoch FROM s.at)",
)
ANSWERED_OTHERWISE = """
    EXISTS (SELECT 1 FROM surveys_response r WHERE r.invitation_id = s.met AND r.score <> s.score)
"""
KNOWN = "UPDATE {staging} SET outcome = 'same' WHERE reason IS NULL AND outcome IS NULL"
OF_SURVEY = "UPDATE {staging} SET survey_id = %(survey)s"
INVITE = """
    INSERT INTO surveys_invitation
        (id, survey_id, account_id, contact_id, token_hash, state, reason, due_at, created_at)
    SELECT s.met, s.survey_id, s.account_id, s.contact_id,
           encode(sha256((gen_random_uuid()::text || gen_random_uuid())::bytea), 'hex'),
           'answered', %(reason)s, s.at, s.at
    FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new'
"""
INVITATIONS = "SELECT s.met, {key} FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new'"
ANSWERS = """
    SELECT s.met AS invitation_id, s.survey_id, s.account_id, s.contact_id, s.score::smallint AS score,
           s.score::smallint AS counted_score, s.at AS first_at, s.at AS changed_at, s.at AS sent_at,
           s.at AS counted_at, s.at AS editable_until,
           CASE WHEN s.score >= %(promoter)s THEN 'promoter'
                WHEN s.score >= %(passive)s THEN 'passive' ELSE 'detractor' END AS announced_band
    FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new'
"""
ANSWER_COLUMNS = (
    "invitation_id",
    "survey_id",
    "account_id",
    "contact_id",
    "score",
    "counted_score",
    "first_at",
    "changed_at",
    "sent_at",
    "counted_at",
    "editable_until",
    "announced_band",
)
ANSWERED = """
    {staging} s JOIN surveys_response r ON r.invitation_id = s.met
    LEFT JOIN customers_timelineentry t ON t.key = 'surveys.answered:' || r.id || ':1'
    WHERE s.reason IS NULL AND s.outcome = 'new'
"""
REVISIONS = """
    INSERT INTO surveys_responserevision (response_id, number, score, state, at)
    SELECT r.id, 1, r.score, r.state, r.sent_at FROM {answered}
"""
WORDS = """
    INSERT INTO surveys_responsewords (response_id, text)
    SELECT r.id, s.comment FROM {answered} AND s.comment IS NOT NULL
"""
ENTRIES = """
    SELECT r.account_id, r.contact_id, 'surveys.answered' AS kind, r.sent_at AS at,
           jsonb_build_object('response', r.id, 'score', r.score, 'before', NULL, 'order', '') AS data,
           'surveys.answered:' || r.id || ':1' AS key
    FROM {answered}
"""
ENTRY_WORDS = """
    INSERT INTO customers_timelinewords (entry_id, text)
    SELECT t.id, s.comment FROM {answered} AND s.comment IS NOT NULL
"""


class AnswerOptions(forms.Form):
    survey = forms.ModelChoiceField(label=gettext_lazy("Answers to"), queryset=Survey.objects.all())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["survey"].initial = Survey.objects.values_list("pk", flat=True).first()


def apply(run: ImportRun) -> Report:
    """Every answer is added once, as one that counts since it was given: no alert, no task, no event."""
    find_respondents(run)
    refuse(run, NO_SCORE, when="s.score > 10 OR s.score <> trunc(s.score)", of_field="score")
    refuse(run, FUTURE, when="s.at > now()", of_field="at")
    find(run, INVITED)
    refuse(run, ANOTHER, when=ANSWERED_OTHERWISE)
    allot(run, INVITED)
    execute(KNOWN.format(staging=run.table))
    return Report([Part(gettext_noop("Answers"), add_answers(run))])


def find_respondents(run: ImportRun) -> None:
    survey = Survey.objects.filter(pk=run.options.get("survey") or 0).first()
    if survey is None:
        raise JobRefused(_("Say which survey these are the answers to."))
    execute(OF_SURVEY.format(staging=run.table), {"survey": survey.pk})
    find_accounts(run)
    execute(FIND_CONTACTS.format(staging=run.table))
    refuse(run, NO_ACCOUNT, when="s.account_id IS NULL", of_field="account_number")
    refuse(run, NOBODY, when="s.contact_id IS NULL", of_field="email")


def add_answers(run: ImportRun) -> int:
    """Invitations, answers with their history and words, and what timelines tell of them."""
    execute(INVITE.format(staging=run.table), {"reason": Invitation.IMPORTED})
    noted = INVITATIONS.format(staging=run.table, key=INVITED.key)
    changes.note_added(run.job, Invitation, rows_of=noted)
    added = changes.add(
        run.job,
        Response,
        rows_of=ANSWERS.format(staging=run.table),
        columns=ANSWER_COLUMNS,
        key="invitation_id",
        params={"promoter": LOWEST_PROMOTER, "passive": LOWEST_PASSIVE},
        state=Response.State.CONFIRMED,
    )
    if not run.is_trial:
        tell(run)
    return added


def tell(run: ImportRun) -> None:
    answered = ANSWERED.format(staging=run.table)
    for statement in (REVISIONS, WORDS):
        execute(statement.format(answered=answered))
    changes.add(
        run.job,
        TimelineEntry,
        rows_of=ENTRIES.format(answered=answered),
        columns=("account_id", "contact_id", "kind", "at", "data", "key"),
    )
    execute(ENTRY_WORDS.format(answered=answered))


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Invitation.objects.filter(pk__in=ids).select_related("contact", "survey")
    return {
        one.pk: Shown(f"{one.contact.full_name}, {one.due_at:%Y-%m-%d}", one.survey.get_absolute_url())
        for one in found
    }


IMPORTERS = [
    Importer(
        name="surveys.answers",
        label=gettext_lazy("Survey answers"),
        description=gettext_lazy(
            "Scores that people gave before. They count from their day on; nobody is alerted."
        ),
        icon="message-question",
        fields=FIELDS,
        apply=apply,
        show=show,
        options=AnswerOptions,
        staged={"account_id": "bigint", "contact_id": "bigint", "survey_id": "bigint"},
        sample="Customer number,Contact's mail,Answered at,Score,Comment\n"
        "C-118,ruth@lincoln.example,2025-11-03,9,They came on time",
        order=60,
    )
]
