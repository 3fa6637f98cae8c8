"""The topics that consent is given or refused for."""

from __future__ import annotations

from customers.outreach.models import Topic


def ensure_topic(*, slug: str, name: str, description: str, basis: str, order: int) -> Topic:
    """Make a topic known; one that is there already keeps what was changed by hand."""
    wording = {"name": name, "description": description, "basis": basis, "order": order}
    return Topic.objects.get_or_create(slug=slug, defaults=wording)[0]
