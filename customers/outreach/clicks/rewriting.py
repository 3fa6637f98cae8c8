"""Have the links of a mail lead over us: once per content version, per recipient only a prefix is put in.

A link with Liquid in it is left as it is: it differs from person to person, and most are our own pages'.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode

LINK = re.compile(r"""(<(?:a|area)\b(?:[^>"]|"[^"]*")*?\shref=")([^"]*)""", re.IGNORECASE)
IGNORED_BY_BROWSERS = re.compile(r"[\t\r\n]")
AMBIGUOUS = re.compile(r"\\|//[^/?#]*\s")  # browsers mend these in ways of their own
LONGEST = 2000  # characters; what is longer is no link that a person reads a mail for
PREFIX = "{{ links.click }}"
HIDDEN = (
    f'<a href="{PREFIX}0/" style="display: none; mso-hide: all;" tabindex="-1" aria-hidden="true"'
    ' rel="nofollow">.</a>'
)


@dataclass
class CountedLinks:
    """The targets met so far. `put` hides a piece of Liquid from everything that happens before Liquid."""

    put: Callable[[str], str]
    mark: str
    targets: list[str] = field(default_factory=list)

    def rewrite(self, document: str) -> str:
        """The document with its links numbered from 1 and leading over us."""
        return LINK.sub(self.replace, document)

    def replace(self, found: re.Match[str]) -> str:
        target = target_of(found[2])
        if self.mark in found[2] or not countable(target):
            return found[0]
        self.targets.append(target)
        return found[1] + self.put(f"{PREFIX}{len(self.targets)}/")


def target_of(attribute: str) -> str:
    """The address that a browser would go to, from the attribute as it is written."""
    return IGNORED_BY_BROWSERS.sub("", html.unescape(attribute)).strip()


def countable(target: str) -> bool:
    """Whether it is a page of somebody else's. Our own pages know their visitors by their own tokens."""
    try:
        parts = urlsplit(located(target))
    except ValueError:
        return False
    ours = urlsplit(settings.SITE_URL).netloc.lower()
    foreign = parts.scheme in ("http", "https") and parts.netloc.lower() not in ("", ours)
    return foreign and len(target) <= LONGEST and not AMBIGUOUS.search(target)


def located(target: str) -> str:
    """The address as a redirect has to say it: hosts only in ASCII. Raises ValueError for what is no host."""
    parts = urlsplit(target)
    if parts.netloc.isascii():
        return target
    person, at, host = parts.netloc.rpartition("@")
    name, colon, port = host.partition(":")
    return parts._replace(netloc=f"{person}{at}{punycode(name)}{colon}{port}").geturl()


def with_hidden_link(document: str) -> str:
    """With a link at the end that people do not see; who follows it reads mails by machine."""
    before, end, after = document.rpartition("</body>")
    return f"{before}{HIDDEN}{end}{after}" if end else document
