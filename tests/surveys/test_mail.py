"""The mail that asks, from its planning to its links."""

import re

import pytest

from crm.core.models import Company
from customers.models import Message
from customers.outreach.letters import Letter
from customers.outreach.models import ContentVersion
from customers.outreach.rendering import render_version, values_of
from surveys.links import hidden_url, page_url, score_url
from surveys.services.programs import update_survey
from tests.factories import create_contact


@pytest.fixture
def rendered(asked):
    """The mail as its reader gets it."""
    message = Message.objects.for_sending().get(reference=asked.invitation.pk, kind="survey_invitation")
    version = ContentVersion.objects.filter(content=message.content).latest("number")
    return render_version(version, values_of([Letter.of(message)], Company.load())[message.pk])


def test_it_works(asked, rendered):
    number = asked.invitation.purchase.number
    assert rendered.subject == f"One question about order #{number}"
    assert "How likely are you to recommend us to a colleague?" in rendered.html
    for score in range(11):
        assert rendered.html.count(f'href="{score_url(asked.token, score)}"') == 1
        assert score_url(asked.token, score) in rendered.text


def test_the_hidden_link_is_for_machines(asked, rendered):
    link = re.search(rf'<a[^>]*href="{re.escape(hidden_url(asked.token))}"[^>]*>', rendered.html)

    assert link
    assert "display: none" in link[0]
    assert 'aria-hidden="true"' in link[0]
    assert hidden_url(asked.token) not in rendered.text
    assert page_url(asked.token) in rendered.text


def test_names_and_words_stay_text(ask, clock, survey):
    update_survey(survey=survey, question="<i>{{ contact.email }}</i> & {% break %}")
    asked = ask(contact=create_contact(first_name="<b>{{ 7 | times: 7 }}</b>"))
    message = Message.objects.for_sending().get(reference=asked.invitation.pk, kind="survey_invitation")
    version = ContentVersion.objects.filter(content=message.content).latest("number")
    html = render_version(version, values_of([Letter.of(message)], Company.load())[message.pk]).html

    assert "&lt;b&gt;{{ 7 | times: 7 }}&lt;/b&gt;" in html
    assert "&lt;i&gt;{{ contact.email }}&lt;/i&gt; &amp; {% break %}" in html
