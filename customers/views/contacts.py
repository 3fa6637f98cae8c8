"""People at customers: who they are, what they agreed to, what they got and why not more."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.core.access import staff
from crm.core.paging import page_of
from crm.core.views.answers import errors_on, sent, show_form
from customers.forms.contacts import ConsentForm, ContactForm
from customers.models import Contact, Interaction, Message, Subscription, Suppression, Topic
from customers.outreach.services import record_consent
from customers.recents import remember
from customers.services.contacts import archive_contact, create_contact, restore_contact, update_contact
from customers.views.found import find_account, find_contact, person

MESSAGES, TALKS, TASKS = 15, 15, 5


@staff("customers.read")
@require_safe
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One person."""
    found = find_contact(request, pk)
    remember(request, found)
    sent = Message.objects.filter(contact=found).order_by("-due_at", "-id")
    talks = Interaction.objects.filter(contacts=found).select_related("author", "account")
    context = {
        "contact": found,
        "consents": consents_of(found),
        "suppression": Suppression.objects.filter(address__iexact=found.email).first()
        if found.email
        else None,
        "messages_to": sent.select_related("content")[:MESSAGES],
        "talks": talks.order_by("-at", "-id")[:TALKS],
        "tasks": found.tasks.open().for_reading().order_by("due_at", "id")[:TASKS],
    }
    return render(request, "customers/contact.html", context)


def consents_of(found: Contact) -> list[tuple[Topic, Subscription | None]]:
    """Every topic with where the person stands on it, None where they never said."""
    stands = found.subscriptions.select_related("record", "record__actor")
    known = {subscription.topic_id: subscription for subscription in stands}
    return [(topic, known.get(topic.pk)) for topic in Topic.objects.all()]


@staff("customers.read")
@require_safe
def account_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody at an account and below it."""
    found = find_account(request, pk)
    people = Contact.objects.active().below(found).select_related("account")
    context = {"account": found, "page": page_of(request, people, order="last_name")}
    return render(request, "customers/people.html", context)


@staff("contacts.write")
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    account, user = find_account(request, pk), person(request)
    form = ContactForm(sent(request), initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = create_contact(account=account, actor=user, **form.cleaned_data)
            messages.success(request, _("%(name)s is in the book.") % {"name": made.full_name})
            return redirect(made)
    return show_form(request, "customers/contact_form.html", form, account=account)


@staff("contacts.write")
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_contact(request, pk)
    form = ContactForm(sent(request), instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            update_contact(contact=found, actor=person(request), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(found)
    return show_form(request, "customers/contact_form.html", form, account=found.account, contact=found)


@staff("contacts.write")
@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_contact(request, pk)
    archive_contact(contact=found, actor=person(request))
    undo = reverse("customers:contact_restore", args=[pk])
    text = _("%(name)s is in the archive and gets no more mail.") % {"name": found.full_name}
    messages.success(request, text, extra_tags=f"undo={undo}")
    return redirect(found)


@staff("contacts.write")
@require_POST
def contact_restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_contact(request, pk)
    restore_contact(contact=found, actor=person(request))
    messages.success(request, _("%(name)s is back.") % {"name": found.full_name})
    return redirect(found)


@staff("contacts.write")
def contact_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a yes or no that the person gave one of us, with how we know."""
    found = find_contact(request, pk)
    form = ConsentForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            record_consent(contact=found, source="staff", actor=person(request), **form.cleaned_data)
            messages.success(request, _("Written down."))
            return redirect(found)
    return show_form(request, "customers/consent_form.html", form, contact=found)
