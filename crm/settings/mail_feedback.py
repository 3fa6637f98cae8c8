"""What comes back after sending: provider webhooks, the mailbox of bounces, and when to stop."""

from __future__ import annotations

import os

from crm.settings.environment import env

# every setting of django-anymail by its name with ANYMAIL_ before it, for example ANYMAIL_MAILGUN_API_KEY
ANYMAIL: dict[str, str] = {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
}
MAIL_WEBHOOKS: list[str] = env.list("MAIL_WEBHOOKS", default=[])  # providers that may report to us
MAIL_WEBHOOK_MAX_AGE: int = env.int("MAIL_WEBHOOK_MAX_AGE", default=9 * 3600)  # they retry for eight hours
BOUNCE_ADDRESS: str = env.str("BOUNCE_ADDRESS", default="")  # each mail gets its own: bounce+TOKEN@…
BOUNCE_MAILBOX: str = env.str("BOUNCE_MAILBOX", default="")  # maildir:///path or imaps://user:password@host
SOFT_BOUNCES: int = env.int("SOFT_BOUNCES", default=5)
SOFT_BOUNCE_DAYS: int = env.int("SOFT_BOUNCE_DAYS", default=30)
COMPLAINTS_LIMIT: float = env.float("COMPLAINTS_LIMIT", default=0.001)
COMPLAINTS_LAST: int = env.int("COMPLAINTS_LAST", default=10_000)
COMPLAINTS_MIN_SENT: int = env.int("COMPLAINTS_MIN_SENT", default=1_000)
