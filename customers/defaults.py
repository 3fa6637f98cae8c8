"""What every installation starts with: the topics that customers can agree to or end."""

from __future__ import annotations

from customers.outreach.models import Topic
from customers.outreach.services import ensure_topic

SERVICE, CUSTOMER, OPT_IN = Topic.Basis.SERVICE, Topic.Basis.CUSTOMER, Topic.Basis.OPT_IN
TOPICS = [
    ("service", "Service", "Answers, sign-in links and what we need to serve you.", SERVICE),
    ("surveys", "Surveys", "A short question after we delivered something.", CUSTOMER),
    ("care", "Care and safety", "How to get the most out of what you bought from us.", CUSTOMER),
    ("referrals", "Recommendations", "Whether you know somebody else whom we could help.", CUSTOMER),
    ("news", "News", "What is new with us, and stories of our customers.", OPT_IN),
    ("offers", "Offers", "Offers for customers, before anybody else gets them.", OPT_IN),
]


def install() -> None:
    for place, (slug, name, description, basis) in enumerate(TOPICS, start=1):
        ensure_topic(slug=slug, name=name, description=description, basis=basis, order=10 * place)
