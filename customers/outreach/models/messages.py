"""Contents in versions, and messages as rows with states."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.registry import registry
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.visibility import CustomerQuerySet
from customers.outreach.models.consent import Topic, stays
from customers.outreach.models.guards import GUARDS
from customers.outreach.reasons import Reason


@audited()
class Content(models.Model):
    """A piece of mail by name, for example `survey-delivery`; its words are in versions."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    count_clicks = models.BooleanField(_("count clicks"), default=True)

    class Meta:
        triggers = [stays("content_stays")]

    def __str__(self) -> str:
        return self.name


class ContentVersion(models.Model):
    """Subject and body (MJML with Liquid) in one language; the rest is compiled once, at saving.

    `counted_html` and `counted_text` are the same with links that lead over us; empty where there are none
    to count.
    """

    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=12, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    html = models.TextField(editable=False)
    text = models.TextField(editable=False)
    counted_html = models.TextField(editable=False, blank=True, default="")
    counted_text = models.TextField(editable=False, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content", "language", "number"], name="content_version_number")
        ]
        triggers = [stays("content_version_stays")]

    def __str__(self) -> str:
        return f"{self.content_id} v{self.number} {self.language}"


class MessageQuerySet(CustomerQuerySet["Message"]):
    def waiting(self) -> Self:
        """Not begun: whoever planned them may still change their mind."""
        return self.filter(state__in=Message.WAITING)

    def stoppable(self) -> Self:
        """Waiting, or claimed by a sender that has not begun with them."""
        return self.filter(state__in=Message.STOPPABLE)

    def delivered(self) -> Self:
        """Sent and not bounced."""
        return self.filter(state=Message.State.SENT, bounced_at=None)

    def for_reading(self) -> Self:
        """With everything a line of a list shows."""
        return self.select_related("contact", "account", "topic", "content", "clicks")

    def for_sending(self) -> Self:
        """With everything the mail itself needs."""
        return self.select_related("contact", "account", "topic", "version", "content")

    def for_window(self) -> Self:
        """The same for many at once: what they share is fetched once and not with every row."""
        return self.select_related("contact", "account").prefetch_related("topic", "version", "content")


class Message(models.Model):
    """Something to say to a contact: planned by an app, claimed, sent or refused here (DESIGN "Sending").

    `reference` is the id of the row of the app that planned it (an invitation, an enrolment …), `key` makes
    planning it twice harmless.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CLAIMED = "claimed", _("about to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DEFERRED = "deferred", _("tried, will be tried again")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("not sent")
        UNKNOWN = "unknown", _("unknown")

    WAITING = (State.PLANNED, State.DEFERRED)
    STOPPABLE = (*WAITING, State.CLAIMED)  # nobody has begun to send it
    TERMINAL = (State.SENT, State.FAILED, State.REFUSED, State.UNKNOWN)

    # Without foreign keys in the database, which would look up each of a million messages: triggers do so for
    # all at once, here and where contacts and accounts are deleted. Rows of the other three tables stay.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=40)
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    content = models.ForeignKey(
        Content, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        ContentVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    reference = models.BigIntegerField()
    key = models.CharField(max_length=120)
    due_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, default=State.PLANNED)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    address = models.EmailField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        # Three states on the way out mean three entries in each index: one more has to be worth it.
        constraints = [
            models.UniqueConstraint(fields=["key"], name="message_key_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "planned",
                        "claimed",
                        "sending",
                        "sent",
                        "deferred",
                        "failed",
                        "refused",
                        "unknown",
                    ]
                ),
                name="message_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_date"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "sending"], lease__isnull=False)
                | ~Q(state__in=["claimed", "sending"]) & Q(lease=None),
                name="message_lease_while_held",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_at", "id"],
                name="message_due",
                condition=Q(state__in=["planned", "deferred"]),
            ),
            models.Index(
                fields=["lease_until"], name="message_held", condition=Q(state__in=["claimed", "sending"])
            ),
            models.Index(fields=["account", "-due_at", "-id"], name="message_by_account"),
            models.Index(fields=["contact", "-due_at", "-id"], name="message_by_contact"),
            models.Index(fields=["kind", "reference"], name="message_by_reference"),
            models.Index(fields=["kind", "-sent_at"], name="message_sent_of_kind", condition=Q(state="sent")),
            models.Index(
                fields=["state", "-id"],
                name="message_unsent",
                condition=Q(state__in=["failed", "refused", "unknown"]),
            ),
        ]
        triggers = GUARDS

    def __str__(self) -> str:
        return f"{self.kind} to {self.contact_id}: {self.state}"

    @property
    def state_label(self) -> str:
        return str(Message.State(self.state).label)

    @property
    def why_not_sent(self) -> str:
        """Why it did not arrive, or not yet, in words; empty when there is nothing to explain."""
        if self.bounced_at:
            return str(_("The address bounced."))
        return str(Reason(self.reason).label) if self.reason in Reason else ""

    @property
    def kind_label(self) -> str:
        kind = registry.message_kinds.get(self.kind)
        return str(kind.label) if kind else self.kind
