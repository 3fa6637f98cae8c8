"""What every installation starts with: one question after every delivery, its topic and its mail."""

from __future__ import annotations

from customers.models import Topic
from customers.outreach.services import ensure_content, ensure_topic, shipped_mail
from surveys.messages import TOPIC
from surveys.models import Survey
from surveys.services.programs import ensure_survey

SURVEY = "after-delivery"
CONTENT = "survey-delivery"
SUBJECT = """One question about {% if survey.order != "" %}order #{{ survey.order }}{% else %}us{% endif %}"""


def install() -> None:
    """Make the topic, the mail and the survey, or bring the mail up to date. Safe to repeat."""
    ensure_topic(
        slug=TOPIC,
        name="Questions after an order",
        description="One short question some days after a delivery.",
        basis=Topic.Basis.CUSTOMER,
        order=20,
    )
    ensure_content(
        slug=CONTENT,
        name="One question after delivery",
        subject=SUBJECT,
        body=shipped_mail("surveys/delivery"),
    )
    ensure_survey(
        slug=SURVEY,
        name="After delivery",
        content=CONTENT,
        question="How likely are you to recommend us to a colleague?",
        low="Not at all likely",
        high="Extremely likely",
        ask_detractors="What should we put right first?",
        ask_passives="What would have made it a 10?",
        ask_promoters="What did you like best?",
        thank_detractors="We are sorry that it did not go well. Somebody who can change it reads this today.",
        thank_passives="Your answer goes to the people who can make it better.",
        thank_promoters="That is good to hear. We pass it on to the people who did the work.",
        state=Survey.State.RUNNING,
    )
