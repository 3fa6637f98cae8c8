"""Write the mails of one claim; what they share is fetched once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from crm.core.models import Company
from customers.outreach.letters import Letter
from customers.outreach.mime import Mail, build_mail
from customers.outreach.models import ClickRules, ContentVersion
from customers.outreach.rendering import render_version, values_of


class Writer:
    """Writes for the company as it is now. Content versions do not change, so those it has seen are kept."""

    def __init__(self) -> None:
        self.company = Company.load()
        self.rules = ClickRules.load()
        self.versions: dict[int, ContentVersion] = {}

    def values_of(self, letters: Sequence[Letter]) -> dict[int, dict[str, Any]]:
        """What each of these may say, by message; fetches the versions that are new."""
        wanted = {letter.version_id for letter in letters if letter.version_id} - self.versions.keys()
        if wanted:
            self.versions |= ContentVersion.objects.in_bulk(wanted)
        return values_of(letters, self.company, self.rules)

    def write(self, letter: Letter, values: Mapping[str, Any]) -> Mail:
        """Raises what a content or an address brings up."""
        rendered = render_version(self.versions[letter.version_id or 0], values)
        return build_mail(letter, rendered, self.company, timezone.now())
