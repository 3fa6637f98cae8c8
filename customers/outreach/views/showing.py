"""A mail as a document of its own, which can do nothing but be looked at."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from liquid.exceptions import LiquidError

from crm.core.models import Company
from customers.outreach.letters import Letter
from customers.outreach.models import ContentVersion, Message
from customers.outreach.rendering import Rendered, render_version, values_of

POPUPS = "allow-popups allow-popups-to-escape-sandbox"
# Mails carry their styles inline; scripts, forms and frames are nothing they need.
CONFINED = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "https:", "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


def confined(view):  # type: ignore[no-untyped-def]  # the decorators are not typed either
    """For views that answer a mail's own HTML into a frame of ours."""
    return csp({**CONFINED, "sandbox": [POPUPS]})(xframe_options_sameorigin(view))


def rendered(message: Message, *, for_recipient: bool) -> Rendered:
    """The mail as its recipient got it, or would get it. Raises Http404 when it cannot be told any more.

    Only what the recipient sees has counted links.
    """
    version = message.version or newest_version(message)
    values = values_of([Letter.of(message)], Company.load()).get(message.pk)
    if version is None or values is None:
        raise Http404
    if not for_recipient:
        values["links"]["click"] = ""
    try:
        return render_version(version, values)
    except LiquidError as error:
        raise Http404 from error


def newest_version(message: Message) -> ContentVersion | None:
    versions = ContentVersion.objects.filter(content=message.content_id).order_by("-number")
    return versions.filter(language=message.contact.language).first() or versions.first()


def document(found: Rendered) -> HttpResponse:
    """The HTML part, whose links open outside of the frame."""
    return HttpResponse(found.html.replace("<head>", '<head><base target="_blank">', 1))
