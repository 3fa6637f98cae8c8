"""Who recommends us to whom."""

from __future__ import annotations

import secrets
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.registry import Tone
from crm.core.text import Fold, trigram_index
from customers.models import Account, Contact
from customers.models.visibility import CustomerQuerySet

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter that looks or sounds like a digit, no U
CODE_LENGTH = 10


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class ReferralLinkQuerySet(CustomerQuerySet["ReferralLink"]):
    account_path: ClassVar[str] = "contact__account"

    def open(self) -> Self:
        """Of people who are still with the customer, and customers who are still ours."""
        return self.filter(
            contact__archived_at=None, contact__erased_at=None, contact__account__archived_at=None
        )

    def with_code(self, code: str) -> Self:
        """The one behind a code as people type it: in any case, with spaces or dashes."""
        return self.filter(code="".join(letter for letter in code.upper() if letter in ALPHABET))


class ReferralLink(models.Model):
    """A contact's own way of recommending us, and when they were last asked to."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="referral_link")
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReferralLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("loyalty:referral", args=[self.code])


SEARCHED = Fold(Concat("name", Value(" "), "company"))


class ReferralQuerySet(CustomerQuerySet["Referral"]):
    account_path: ClassVar[str] = "account"

    def made(self) -> Self:
        """Those that name somebody we did not know."""
        return self.filter(state=Referral.State.BOUND)

    def naming(self, person_key: str) -> Self:
        """Those that name a person, counted or not."""
        return self.filter(person_key=person_key)

    def matching(self, words: str) -> Self:
        """Whose person or company has the words in it, whatever their case and accents."""
        return self.alias(words=SEARCHED).filter(words__contains=Fold(Value(words)))


@audited()
class Referral(models.Model):
    """Somebody recommended to us. The first to name a person is who recommended them.

    Clicked: the form was used by a human hand, nobody is named yet. Rejected: named, but does not count.
    """

    class State(models.TextChoices):
        CLICKED = "clicked", _("link opened")
        BOUND = "bound", _("referred")
        REJECTED = "rejected", _("does not count")

    class Rejection(models.TextChoices):
        CUSTOMER = "customer", _("a customer already")
        TAKEN = "taken", _("recommended by somebody else before")

    link = models.ForeignKey(ReferralLink, on_delete=models.CASCADE, related_name="referrals")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="referrals", db_index=False)
    state = models.CharField(max_length=10, default=State.CLICKED)
    rejection = models.CharField(max_length=12, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("mail"), max_length=254, blank=True)
    person_key = models.CharField(max_length=254, null=True, editable=False)
    company = models.CharField(_("company"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    message = models.TextField(_("message"), max_length=2000, blank=True)
    consent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)
    bound_at = models.DateTimeField(null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_key"], name="referral_person_once", condition=Q(state="bound")
            ),
            models.UniqueConstraint(
                fields=["link"], name="referral_one_click_open", condition=Q(state="clicked")
            ),
            models.CheckConstraint(
                condition=Q(state__in=["clicked", "bound", "rejected"]), name="referral_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="bound") | Q(bound_at__isnull=False), name="referral_bound_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="referral_by_date"),
            models.Index(fields=["account", "-at", "-id"], name="referral_by_account"),
            trigram_index(SEARCHED, "referral_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.state_label

    @property
    def who(self) -> str:
        """Whom it names: the person, or what may be said of them."""
        if self.state == Referral.State.CLICKED:
            return str(_("Nobody named yet"))
        return self.name or str(_("Erased person"))

    @property
    def state_label(self) -> str:
        return str(Referral.State(self.state).label)

    @property
    def rejection_label(self) -> str:
        return str(Referral.Rejection(self.rejection).label) if self.rejection else ""

    @property
    def state_tone(self) -> Tone:
        tones: dict[str, Tone] = {Referral.State.BOUND: "good", Referral.State.REJECTED: "look"}
        return tones.get(self.state, "plain")
