"""How customers' own rows follow a customer through merge, export and erasure."""

from __future__ import annotations

from django.db.models import F, Func, JSONField, Value

from crm.core.registry import CustomerData

ERASED = "[erased]"
# the titles of tasks that were done name the person; everything else there is ids and figures
WITHOUT_TITLE = Func(
    F("data"), Value("title"), template="(%(expressions)s)", arg_joiner=" - ", output_field=JSONField()
)

CUSTOMER_DATA = [
    CustomerData(model="customers.Account", account="pk"),
    CustomerData(model="customers.AccountLink", account="descendant", merge="span"),
    CustomerData(model="customers.AccountSummary", account="account", merge="span"),
    CustomerData(
        model="customers.Contact",
        contact="pk",
        account="account",
        export=(
            "first_name",
            "last_name",
            "job_title",
            "email",
            "phone",
            "roles",
            "language",
            "time_zone",
            "created_at",
        ),
        erase={
            "first_name": "",
            "last_name": "",
            "job_title": "",
            "email": "",
            "phone": "",
            "roles": [],
            "time_zone": "",
            "external_id": None,
        },
    ),
    CustomerData(
        model="customers.Purchase",
        contact="contact",
        account="account",
        export=("number", "status", "ordered_at", "delivered_at", "total"),
    ),
    CustomerData(
        model="customers.PurchaseLine",
        contact="purchase__contact",
        account="purchase__account",
        export=("purchase__number", "description", "product__name", "quantity", "unit_price"),
    ),
    CustomerData(
        model="customers.Return",
        contact="purchase__contact",
        account="account",
        export=("number", "returned_at", "total", "reason"),
    ),
    CustomerData(
        model="customers.ReturnLine",
        contact="return_of__purchase__contact",
        account="return_of__account",
        export=("return_of__number", "description", "quantity"),
    ),
    CustomerData(
        model="customers.Interaction",
        contact="contacts",
        account="account",
        export=("channel", "at", "body", "outcome"),
        erase={"body": ERASED, "outcome": ""},
    ),
    CustomerData(
        model="customers.InteractionContact",
        contact="contact",
        account="interaction__account",
        export=("interaction__at", "interaction__channel"),
    ),
    CustomerData(
        model="customers.Task",
        contact="contact",
        account="account",
        export=("title", "why", "due_at", "state", "outcome"),
        erase={"title": ERASED, "why": "", "outcome": ERASED, "snooze_reason": ""},
    ),
    CustomerData(
        model="customers.TimelineEntry",
        contact="contact",
        account="account",
        merge="span",
        export=("kind", "at"),
        erase={"data": WITHOUT_TITLE},
    ),
    CustomerData(
        model="customers.TimelineWords",
        contact="entry__contact",
        account="entry__account",
        merge="span",
        export=("entry__at", "text"),
        erase="delete",
    ),
]
