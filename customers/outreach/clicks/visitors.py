"""What a request says about who makes it, before anything else is known."""

from __future__ import annotations

import re

from django.http import HttpRequest

from customers.outreach.models import Click

PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
PREFETCH = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)
# Programs that look at links for people, and programs that people write; both say so themselves.
SCANNERS = re.compile(
    r"bot\b|bot/|crawl|spider|scan|preview|safelinks|safebrowsing|google-safety|googleimageproxy|yahoomailproxy"
    r"|barracuda|mimecast|proofpoint|urldefense|fireeye|trendmicro|symantec|messagelabs|sophos|forcepoint|zscaler"
    r"|fortinet|cisco|ironport|virustotal|slack|facebookexternalhit|whatsapp|telegram|skypeuripreview|headless"
    r"|phantomjs|curl|wget|python|okhttp|java/|go-http|libwww|perl|ruby|axios|node-fetch|httpclient|postman",
    re.IGNORECASE,
)
# The first that fits: browsers call themselves by the names of others, too.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def how_followed(request: HttpRequest) -> Click.How:
    """Only `GET` may be a person's. Who says nothing about itself is taken for a machine."""
    agent = request.headers.get("User-Agent", "")
    if request.method == "HEAD":
        return Click.How.HEAD
    if any(PREFETCH.search(request.headers.get(name, "")) for name in PREFETCH_HEADERS):
        return Click.How.PREFETCH
    return Click.How.SCANNER if not agent or SCANNERS.search(agent) else Click.How.GET


def family(agent: str) -> str:
    """Browser and system in a few words, "Firefox on Windows": as much as is worth keeping."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if browser and system else browser or system
