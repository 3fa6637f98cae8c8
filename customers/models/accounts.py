"""Accounts in trees: who they are and how they hang together."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.core.addresses import address_of
from crm.core.audit import audited
from crm.core.models import Team, User
from crm.core.text import Fold, trigram_index
from customers.models import names
from customers.models.guards import needed_by_messages
from customers.models.searching import has_words
from customers.models.visibility import CustomerQuerySet, accounts_of

FEW = 1000  # accounts of a tree that are named one by one
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SHOWN = (
    *("name", "kind", "industry", "city", "region", "country", "created_at"),
    *("summary__last_purchase_at", "summary__last_touch_at", "summary__revenue_12m"),
    *names.of_user("owner"),
)


def never(column: str) -> Coalesce:
    """A date that may be missing as one that sorts: the epoch stands for never."""
    return Coalesce(F(column), Value(EPOCH), output_field=models.DateTimeField())


class AccountQuerySet(CustomerQuerySet["Account"]):
    account_path = "pk"

    def active(self) -> Self:
        return self.filter(archived_at=None)

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def subtree_of(self, account: Account) -> Self:
        """The account and everything below it."""
        return self.filter(upward__ancestor=account)

    def above(self, account: Account) -> Self:
        """Its ancestors, the root first."""
        return self.filter(downward__descendant=account, downward__depth__gt=0).order_by("-downward__depth")

    def matching(self, words: str) -> Self:
        """Accounts whose name holds every word."""
        return self.alias(folded_name=Fold("name")).filter(has_words("folded_name", words))

    def beginning_with(self, words: str) -> Self:
        """Accounts whose name starts with what was typed."""
        typed = Fold(Value(words.replace("\0", "")))
        return self.alias(folded_name=Fold("name")).filter(folded_name__startswith=typed)

    def book(self, owners: list[int], teams: list[int] | None) -> Self:
        """What these own and all below it, the archive left out."""
        return self.active().filter(pk__in=accounts_of(owners, teams))

    def for_reading(self) -> Self:
        """With what a row of the list shows, and what it can be sorted by."""
        return self.select_related("summary", "owner").only(*SHOWN)

    def with_activity(self) -> Self:
        """Accounts with their summary row, its dates as `last_purchase` and `last_touch` that sort."""
        return (
            self.filter(summary__isnull=False)
            .select_related("summary")
            .annotate(
                last_purchase=never("summary__last_purchase_at"), last_touch=never("summary__last_touch_at")
            )
        )

    def quiet_since(self, moment: dt.datetime) -> Self:
        """Customers of `with_activity` who bought before `moment` and not since."""
        return self.filter(last_purchase__gt=EPOCH, last_purchase__lt=moment)


@audited()
class Account(models.Model):
    """A customer: a company, or a division, department or location of one."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        DIVISION = "division", _("Division")
        DEPARTMENT = "department", _("Department")
        LOCATION = "location", _("Location")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, default=Kind.COMPANY)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    external_id = models.CharField(_("customer number"), max_length=80, null=True, blank=True, unique=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("state or region"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
    )
    acquisition_cost = models.DecimalField(
        _("acquisition cost"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    about = models.TextField(_("about"), blank=True, max_length=4000)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="account_not_its_own_parent"),
            models.CheckConstraint(condition=Q(acquisition_cost__gte=0), name="account_cost_not_negative"),
        ]
        indexes = [
            models.Index("name", "id", name="account_by_name"),
            models.Index(fields=["-created_at", "-id"], name="account_by_age"),
            models.Index(fields=["industry", "name", "id"], name="account_by_industry"),
            trigram_index(Fold("name"), "account_name_words"),
        ]
        triggers = [
            needed_by_messages("account_id"),
            pgtrigger.Trigger(
                name="account_tree_insert",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                func="""
                    INSERT INTO customers_accountlink (descendant_id, ancestor_id, depth)
                    WITH RECURSIVE up AS (
                        SELECT id AS descendant, id AS ancestor, parent_id, 0 AS depth FROM added
                        UNION ALL
                        SELECT up.descendant, a.id, a.parent_id, up.depth + 1
                        FROM up JOIN customers_account a ON a.id = up.parent_id
                        WHERE up.depth <= 12
                    )
                    SELECT descendant, ancestor, depth FROM up;
                    IF EXISTS (
                        SELECT 1 FROM customers_accountlink l JOIN added ON added.id = l.descendant_id
                        WHERE l.depth > 12
                    ) THEN
                        RAISE EXCEPTION 'account trees are at most 12 deep and have no circles'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_tree_no_cycle';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="account_tree_move",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("parent_id"),
                condition=pgtrigger.Q(old__parent_id__df=pgtrigger.F("new__parent_id")),
                func="""
                    -- one mover at a time: two moves that are harmless alone can close a circle together
                    PERFORM pg_advisory_xact_lock(7219002);
                    IF EXISTS (
                        SELECT 1 FROM customers_accountlink
                        WHERE ancestor_id = NEW.id AND descendant_id = NEW.parent_id
                    ) THEN
                        RAISE EXCEPTION 'account % cannot be placed below itself', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_tree_no_cycle';
                    END IF;
                    DELETE FROM customers_accountlink gone
                    USING customers_accountlink below, customers_accountlink above
                    WHERE below.ancestor_id = NEW.id AND above.descendant_id = NEW.id AND above.depth > 0
                      AND gone.descendant_id = below.descendant_id AND gone.ancestor_id = above.ancestor_id;
                    INSERT INTO customers_accountlink (descendant_id, ancestor_id, depth)
                    SELECT below.descendant_id, above.ancestor_id, below.depth + above.depth + 1
                    FROM customers_accountlink below, customers_accountlink above
                    WHERE below.ancestor_id = NEW.id AND above.descendant_id = NEW.parent_id;
                    IF EXISTS (
                        SELECT 1 FROM customers_accountlink below JOIN customers_accountlink l
                          ON l.descendant_id = below.descendant_id
                        WHERE below.ancestor_id = NEW.id AND l.depth > 12
                    ) THEN
                        RAISE EXCEPTION 'account trees are at most 12 deep'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_tree_no_cycle';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("customers:account", self.pk)

    @cached_property
    def family_ids(self) -> list[int] | None:
        """Itself and all below it, while they are few: to look for rows of theirs, that beats any join."""
        ids = list(self.downward.values_list("descendant_id", flat=True)[: FEW + 1])
        return ids if len(ids) <= FEW else None

    @property
    def tree(self) -> tuple[list[int] | None, int | None]:
        """The accounts of its tree by their ids, or too many for that, by its own."""
        return (self.family_ids, None) if self.family_ids is not None else (None, self.pk)

    @property
    def place(self) -> str:
        return ", ".join(filter(None, (self.city, self.region, self.country)))

    @property
    def kind_label(self) -> str:
        """Company, division, department or location, in the reader's language."""
        return str(KIND_LABELS[self.kind])

    @property
    def in_short(self) -> str:
        """What and where it is, for the line below its name."""
        return " · ".join(filter(None, (self.kind_label, self.place)))


KIND_LABELS = dict(Account.Kind.choices)


class AccountLink(models.Model):
    """The tree flattened: every account with itself (depth 0) and each of its ancestors. Kept by triggers."""

    pk = models.CompositePrimaryKey("descendant_id", "ancestor_id")
    descendant = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="upward", db_index=False)
    ancestor = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="downward", db_index=False)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["ancestor", "descendant"], include=["depth"], name="account_below")]

    def __str__(self) -> str:
        return f"{self.descendant_id} below {self.ancestor_id} by {self.depth}"


class AccountSummary(models.Model):
    """What lists sort and segments ask: one row per account, its own numbers without its subtree.

    Kept by the services that write what it counts; `customers.services.summaries.refresh` recomputes it.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="summary"
    )
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    revenue_12m = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    orders = models.PositiveIntegerField(default=0)
    first_purchase_at = models.DateTimeField(null=True)
    last_purchase_at = models.DateTimeField(null=True)
    last_touch_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-revenue", "-account"], name="summary_by_revenue"),
            models.Index(fields=["-revenue_12m", "-account"], name="summary_by_year"),
            models.Index(never("last_purchase_at").desc(), F("account").desc(), name="summary_by_purchase"),
            models.Index(never("last_touch_at").desc(), F("account").desc(), name="summary_by_touch"),
        ]

    def __str__(self) -> str:
        return f"Summary of {self.account_id}"
