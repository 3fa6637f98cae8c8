"""People at our customers."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.addresses import address_of
from crm.core.audit import audited
from crm.core.text import Digits, Fold, trigram_index
from customers.models import names
from customers.models.accounts import Account
from customers.models.guards import has_touch_row, needed_by_messages
from customers.models.searching import has_words
from customers.models.visibility import CustomerQuerySet

FEWEST_DIGITS = 4  # of a phone number worth looking for
SHOWN = (
    *("first_name", "last_name", "email", "erased_at", "job_title", "phone", "roles"),
    *names.of_account(),
)


class ContactRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", _("Decision maker")
    CHAMPION = "champion", _("Champion")
    USER = "user", _("User")
    BILLING = "billing", _("Billing")
    EXECUTIVE = "executive", _("Executive")


class ContactQuerySet(CustomerQuerySet["Contact"]):
    def active(self) -> Self:
        return self.filter(archived_at=None, erased_at=None)

    def with_address(self, address: str) -> Self:
        """Who has this mail address, in whatever case."""
        return self.alias(address=Lower("email")).filter(address=address.strip().lower(), erased_at=None)

    def reachable(self) -> Self:
        """People with a mail address."""
        return self.active().exclude(email="")

    def for_reading(self) -> Self:
        """With what a row shows."""
        return self.select_related("account").only(*SHOWN)

    def of_family(self, account: Account) -> Self:
        """Everybody in the tree that the account belongs to, from its topmost account down."""
        return self.filter(
            account__upward__ancestor__parent=None, account__upward__ancestor__downward__descendant=account
        )

    def matching(self, words: str) -> Self:
        """People whose name or mail address holds every word, or whose phone number holds the digits."""
        found = has_words("folded_name", words) | has_words("folded_mail", words)
        digits = "".join(character for character in words if character.isdigit())
        if len(digits) >= FEWEST_DIGITS:
            found |= Q(phone_digits__contains=digits)
        return self.alias(
            folded_name=Fold(Concat("first_name", Value(" "), "last_name")),
            folded_mail=Fold("email"),
            phone_digits=Digits("phone"),
        ).filter(found)


@audited()
class Contact(models.Model):
    """A person at an account. Erased people keep their row and lose every personal word."""

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="contacts"
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    roles = ArrayField(models.CharField(max_length=30), verbose_name=_("roles"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, help_text=_("Empty: the company's.")
    )
    external_id = models.CharField(_("external id"), max_length=80, null=True, blank=True, unique=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_name="", last_name="", email="") | Q(erased_at__isnull=False),
                name="contact_has_a_name",
                violation_error_message=_("A contact needs a name or a mail address."),
            )
        ]
        indexes = [
            models.Index("last_name", "id", name="contact_by_name"),
            models.Index(Lower("email"), name="contact_by_mail"),
            GinIndex(fields=["roles"], name="contact_by_role"),
            trigram_index(Fold(Concat("first_name", Value(" "), "last_name")), "contact_name_words"),
            trigram_index(Fold("email"), "contact_mail_words"),
            trigram_index(Digits("phone"), "contact_phone_digits"),
        ]
        triggers = [needed_by_messages("contact_id"), has_touch_row()]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return address_of("customers:contact", self.pk)

    @property
    def full_name(self) -> str:
        if self.erased_at:
            return str(_("Erased person"))
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def role_labels(self) -> list[str]:
        known = dict(ContactRole.choices)
        return [str(known.get(role, role)) for role in self.roles]

    def zone(self, fallback: ZoneInfo) -> ZoneInfo:
        return ZoneInfo(self.time_zone) if self.time_zone else fallback
