"""Write to the people who run the installation when something needs them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import send_mail

from crm.core.models import Role, User

logger = logging.getLogger(__name__)


def tell_admins(*, subject: str, lines: Sequence[str], place: str) -> None:
    """A mail to each admin by itself: what happened, and the page (a path of ours) that shows more.

    It may not arrive: whoever calls this shows the same on a page. Never called inside a transaction.
    """
    words = "\n".join([*lines, "", settings.SITE_URL + place, ""])
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")
    for address in admins.values_list("email", flat=True):
        try:
            send_mail(subject, words, None, [address])
        except OSError:  # smtplib's errors are among them
            logger.warning("An admin could not be told: %s", subject, exc_info=True)
