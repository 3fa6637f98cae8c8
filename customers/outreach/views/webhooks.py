"""What mail providers report: one address for each configured one, open to nobody else."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.core.access import public
from customers.outreach.feedback.providers import BadReport, receive
from customers.outreach.feedback.recording import record_feedback

logger = logging.getLogger(__name__)


@public
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Proved to be the provider's by its signature or password; some ask with HEAD whether we are there."""
    if provider not in settings.MAIL_WEBHOOKS:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        reports = receive(provider, request)
    except BadReport as error:
        logger.warning("A report by %s was refused: %s", provider, error)
        return HttpResponse("This report was refused.", status=400, content_type="text/plain")
    for report in reports:
        record_feedback(report)
    return HttpResponse()
