"""The parts of every page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from crm.core.models import Company, Role, User
from crm.core.paging import Page
from crm.core.registry import NavItem, registry


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


class Survey(forms.Form):
    mail = forms.EmailField(help_text="We never share it.", required=False)
    kind = forms.ChoiceField(choices=[("a", "School")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(required=False)


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "phone" class="big" %}')
    assert 'class="icon big"' in render('{% icon "phone" class="big" %}')
    assert 'role="img" aria-label="Call"' in render('{% icon "phone" label="Call" %}')


def test_a_name_cannot_break_out_of_its_avatar():
    assert "<b>" not in render("{% avatar name %}", name="<b>x</b> <b>")
    assert ">DW<" in render("{% avatar name %}", name="Dana van der Whit")
    assert ">?<" in render("{% avatar name %}", name="")


def test_a_field_ties_its_help_and_errors_to_its_control():
    html = render("{% field form.mail %}", form=Survey({"mail": "nowhere"}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_mail_helptext id_mail_error"' in html
    assert 'id="id_mail_helptext"' in html
    assert 'id="id_mail_error"' in html
    assert 'class="form-control is-invalid"' in html
    assert 'value="nowhere"' in html


def test_arguments_of_a_field_become_attributes():
    html = render('{% field form.mail hx_get="/x" rows=3 label="Where to" quiet=True %}', form=Survey())

    assert 'hx-get="/x"' in html
    assert "Where to" in html
    assert "optional" not in html


def test_choices_are_a_named_group():
    html = render("{% field form.kind %}", form=Survey())

    assert 'role="group" aria-labelledby="id_kind_label"' in html


def test_fields_show_what_is_wrong_with_the_whole_form():
    form = Survey({})
    form.add_error(None, "Not today <b>.")

    html = render("{% fields form %}", form=form)

    assert 'role="alert"' in html
    assert "Not today &lt;b&gt;." in html


def test_money_and_missing_money():
    company = Company(currency="EUR")

    assert render("{% money 12 %}", company=company) == "€12"
    assert render("{% money amount short=True %}", company=company, amount=Decimal(412345)) == "€412k"
    assert render("{% money amount %}", company=company, amount=None) == "–"


def test_an_empty_state_teaches():
    source = '{% emptystate title=title href="/new" button="New" %}<i>x</i>{% endemptystate %}'

    html = render(source, title="No & one")

    assert "No &amp; one" in html
    assert '<a class="btn btn-primary" href="/new">New</a>' in html
    assert "<i>x</i>" in html


def test_the_pager_keeps_the_filters_and_says_when_it_stopped_counting():
    request = RequestFactory().get("/accounts/?mine=1&cursor=old")
    page: Page[Company] = Page([], next="n", previous=None)

    html = Template("{% pager page total %}").render(
        RequestContext(request, {"page": page, "total": (1000, True)})
    )

    assert "?mine=1&amp;cursor=n" in html
    assert "1,000+" in html
    assert 'rel="prev"' not in html


def test_an_undo_address_travels_with_its_message():
    assert render("{{ message|undo_url }}", message=Message(25, "Archived", extra_tags="undo=/u/1")) == "/u/1"
    assert render("{{ message|undo_url }}", message=Message(25, "Archived")) == ""


def test_the_scale_is_one_radio_group_with_worded_ends():
    html = render(
        '{% include "core/public_scale.html" with name="score" selected="4" low="Never" high="Always" %}'
    )

    assert html.count('type="radio" name="score"') == 11
    assert html.count(" checked") == 1
    assert "0: Never, 10: Always." in html


@pytest.fixture
def places():
    before = registry.nav
    registry.nav = [
        NavItem(label="Start", url_name="today", icon="home", permission="customers.read"),
        NavItem(
            label="Settings",
            url_name="settings",
            icon="settings",
            permission="settings.write",
            section="user",
        ),
        NavItem(label="Profile", url_name="profile", icon="user", permission="profile.write", section="user"),
    ]
    yield
    registry.nav = before


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "seen"), [(Role.ADMIN, True), (Role.MARKETER, False)])
def test_the_menu_shows_what_the_role_may_open(client, places, role, seen):
    client.force_login(User.objects.create_user("mara@example.org", name="Mara Keller", role=role))

    html = client.get("/profile/").text

    assert ('href="/settings/"' in html) is seen
    assert 'href="/profile/" aria-current="page"' in html
    assert 'href="/" aria-current' not in html


@pytest.mark.django_db
def test_a_page_that_is_not_there_helps(client):
    client.force_login(User.objects.create_user("mara@example.org", name="Mara Keller"))

    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "Go to Today" in response.text


@pytest.mark.django_db
def test_the_sign_in_page_shows_the_frame_of_nobody(client):
    html = client.get("/accounts/login/").text

    assert "Sign in" in html
    assert "data-open-palette" not in html
    assert "<script>" not in html
