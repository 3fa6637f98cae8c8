"""The addresses of all pages on the demo company, and what fills those that it leaves empty."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.db.models import Count
from django.urls import reverse

from crm.core.jobs import run_slice
from crm.core.models import (
    Job,
    Team,
    User,
    WebhookDelivery,
    WebhookSubscription,
)
from customers.imports.files import CHECK, keep_upload
from customers.imports.jobs import KIND, start_check
from customers.imports.mapping import ImportMap
from customers.imports.named import save_map
from customers.imports.reverting.jobs import TRIAL, start_taking_back
from customers.imports.scheduled.services import add_schedule
from customers.imports.uploads import Upload
from customers.models import (
    Account,
    Contact,
    Enrolment,
    ImportChange,
    ImportSchedule,
    LinkMonth,
    Message,
    NamedMap,
    Product,
    ProductLine,
    Purchase,
    Task,
)
from customers.outreach.links import message_token, person_token
from customers.outreach.services import ensure_content
from loyalty.models import Member, ReferralLink
from surveys.links import token_of
from surveys.models import Invitation, Survey

ACCOUNT = [
    "customers:account",
    "customers:account_edit",
    "customers:account_log",
    "customers:account_people",
    "customers:contact_new",
    "customers:account_purchases",
    "customers:purchase_new",
    "customers:task_new",
]
CONTACT = [
    "customers:contact",
    "customers:contact_edit",
    "customers:contact_consent",
    "customers:contact_erase",
]
PLAIN = [
    "account_change_password",  # these first: they want a fresh password
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "today",
    "palette",
    "log_interaction",
    "customers:accounts",
    "customers:account_new",
    "customers:tasks",
    "customers:products",
    "customers:product_new",
    "customers:product_lines",
    "customers:privacy_requests",
    "settings",
    "settings_brand",
    "settings_hours",
    "settings_people",
    "settings_add_person",
    "settings_teams",
    "settings_add_team",
    "settings_webhooks",
    "settings_add_webhook",
    "outreach:touch_rules",
    "outreach:click_rules",
    "surveys:rules",
    "profile",
    "tokens",
    "jobs",
    "deliveries",
    "exports",
    "housekeeping",
    "settings_retention",
    "audit",
    "audit_downloads",
    "outreach:outbox",
    "outreach:sending",
    "outreach:sending_limits",
    "outreach:contents",
    "imports:choose",
    "imports:maps",
    "imports:schedules",
    "campaigns:sequences",
    "loyalty:overview",
    "loyalty:edit",
    "loyalty:referrals",
    "surveys:list",
]
SIGNED_OUT = [
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_signup",
    "socialaccount_login_cancelled",
]
# Routes that answer with a fragment, a file or a redirect, or only to POST, or stand for a state of a visit.
NO_PAGES = re.compile(
    r"^(accounts/(?!login/$|password/(change|reset)/$|password/reset/done/$|2fa/($|totp/activate|webauthn/($|add))))"
    r"|\.(csv|css)$|^brand/|^api/(v1|schema|docs)|\^|/(state|touch|retry|try|start|pause|cancel|revoke|delete|archive|restore"
    r"|wake|reopen|unlink|colour|status|timeline|do-next|cards|options|copy|export|pick|retry|mail|file|switch|test|secret|look)/$"
    r"|^(livez|readyz|purchases/(line|products)/.*|log/lines/|tasks/<int:pk>/|imports/(columns/<str:token>|<int:pk>/columns)/|feedback/<slug:provider>/)$"
)


def check_a_file(ada: User) -> None:
    """A file of customers that was checked: one is new, one is known, one is refused."""
    known = Account.objects.exclude(external_id=None).first()
    rows = f"No;Company;Owner\nZ-1;New school;\n{known.external_id};A longer name of {known.name};\nZ-2;;\n"
    raw = {"importer": "customers.accounts", "fields": {"external_id": "No", "name": "Company"}}
    found = ImportMap.from_dict({**raw, "delimiter": ";"})
    schedule_files(save_map(name="From the ERP", found=found, by=ada), ada)
    job = start_check(stored=keep_upload(BytesIO(rows.encode())), name="customers.csv", found=found, by=ada)
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()


def schedule_files(kept: NamedMap, ada: User) -> None:
    add_schedule(
        kept_map=kept,
        made_by=ada,
        name="Orders of the shop",
        options={},
        source="web",
        url="https://shop.example.com/orders.csv",
        every="day",
        at=None,
    )


def look_at_taking_back(ada: User) -> None:
    """What would go of an import of two customers and an order, of which most was used since."""
    job = Job.objects.create(kind=KIND, title="Import of orders.csv", created_by=ada, state=Job.State.DONE)
    rows = [("customers.purchase", Purchase.objects.latest("pk").pk)]
    rows += [("customers.account", account.pk) for account in Account.objects.order_by("pk")[:2]]
    ImportChange.objects.bulk_create(
        [ImportChange(job=job, model=model, row_id=row_id, action="added") for model, row_id in rows]
    )
    run_slice(start_taking_back(job=job, by=ada, trial=True).pk)


def write_checklist() -> None:
    links = [f"https://guides.example/bleachers/{part}?when=spring" for part in ("bolts", "a" * 90)]
    texts = "".join(f'<mj-text><a href="{link}">Read on</a></mj-text>' for link in links)
    body = f"<mj-section><mj-column>{texts}</mj-column></mj-section>"
    version = ensure_content(slug="spring-check", name="Spring check", subject="Before the season", body=body)
    for link in version.links.all():
        LinkMonth.objects.create(link=link, month=dt.date(2026, 3, 1), clicks=1300, human=40 * link.number)


def busiest() -> Account:
    """A customer with parts, people and orders of its own, of whom there is most to show."""
    parents = Account.objects.filter(downward__depth=1, pk__in=Purchase.objects.values("account"))
    with_people = parents.filter(pk__in=Contact.objects.values("account"))
    return with_people.annotate(n=Count("messages", distinct=True)).order_by("-n", "id")[0]


def plain_pages() -> dict[str, str]:
    return {name: reverse(name) for name in PLAIN}


def pages_of_rows() -> dict[str, str]:
    return pages_of_a_customer() | pages_of_programs()


def staff_pages() -> dict[str, str]:
    """Names and paths of every page behind the sign-in."""
    return plain_pages() | pages_of_rows()


def pages_of_a_customer() -> dict[str, str]:
    account = busiest()
    contact, purchase = account.contacts.first(), account.purchases.order_by("-id").first()
    task = Task.objects.filter(state="open").first()
    pages = {name: reverse(name, args=[account.pk]) for name in ACCOUNT}
    pages |= {name: reverse(name, args=[contact.pk]) for name in CONTACT}
    return pages | {
        "customers:purchase": purchase.get_absolute_url(),
        "customers:purchase_return": reverse("customers:purchase_return", args=[purchase.pk]),
        "customers:task_done": reverse("customers:task_done", args=[task.pk]),
        "customers:task_snooze": reverse("customers:task_snooze", args=[task.pk]),
    }


def pages_of_programs() -> dict[str, str]:
    rows: Mapping[str, Any] = {
        "customers:product_edit": Product.objects.first(),
        "customers:product_line_edit": ProductLine.objects.first(),
        "settings_edit_person": User.objects.first(),
        "settings_edit_team": Team.objects.first(),
        "job": Job.objects.first(),
        "imports:map": NamedMap.objects.first(),
        "imports:schedule_add": NamedMap.objects.first(),
        "imports:schedule": ImportSchedule.objects.first(),
        "webhook_deliveries": WebhookSubscription.objects.first(),
        "settings_edit_webhook": WebhookSubscription.objects.first(),
        "outreach:message": Message.objects.filter(state="sent").first(),
        "campaigns:take_out": Enrolment.objects.active().first(),
        "loyalty:member": Member.objects.first(),
        "loyalty:adjust": Member.objects.first(),
        "surveys:survey": Survey.objects.first(),
        "surveys:edit": Survey.objects.first(),
    }
    pages = {name: reverse(name, args=[row.pk]) for name, row in rows.items()}
    flow = Enrolment.objects.active().first().flow
    told = WebhookDelivery.objects.earliest("id")
    checked = Job.objects.filter(kind=CHECK).latest("id")
    taken = Job.objects.filter(kind=TRIAL).latest("id")
    upload = Upload(checked.params["file"], "customers.csv", "customers.accounts", checked.created_by_id or 0)
    return pages | {
        "imports:upload": reverse("imports:upload", args=["customers.contacts"]),
        "imports:columns": upload.address(),
        "imports:check": reverse("job", args=[checked.pk]),
        "imports:take_back": reverse("imports:take_back", args=[taken.params["job"]]),
        "imports:taken_back": reverse("job", args=[taken.pk]),
        "outreach:content": reverse("outreach:content", args=["spring-check"]),
        "campaigns:sequence": reverse("campaigns:sequence", args=[flow.slug]),
        "webhook_delivery": reverse("webhook_delivery", args=[told.subscription_id, told.pk]),
    }


def customers_pages() -> dict[str, str]:
    """Names and paths of every page that customers see, those for links that don't work as well."""
    message = Message.objects.filter(state="sent").first()
    token, code = message_token(message.pk), ReferralLink.objects.open().first().code
    survey = token_of(Invitation.objects.filter(state="open").latest("id"))
    answered = token_of(Invitation.objects.filter(response__state="confirmed").latest("id"))
    return {name: reverse(name) for name in SIGNED_OUT} | {
        "outreach:view": reverse("outreach:view", args=[token]),
        "outreach:unsubscribe": reverse("outreach:unsubscribe", args=[token]),
        "outreach:preferences": reverse("outreach:preferences", args=[person_token(message.contact_id)]),
        "outreach:click": "/c/nobody/1/",
        "outreach:clicks": "/c/nobody/",
        "surveys:capture": reverse("surveys:capture", args=[survey]),
        "surveys:hidden": reverse("surveys:hidden", args=[survey]),
        "surveys:thanks": reverse("surveys:thanks", args=[answered]),
        "surveys:unknown": "/s/nobody/",
        "loyalty:referral": reverse("loyalty:referral", args=[code]),
        "loyalty:thanks": reverse("loyalty:thanks", args=[code]),
        "not_found": "/nowhere/",
    }
