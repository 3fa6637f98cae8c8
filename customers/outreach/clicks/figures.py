"""What the pages say about clicks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.core.paging import capped_count
from customers.outreach.models import Click, Content, ContentLink, ContentVersion, Message, MessageClicks

SHOWN = 50


@dataclass(frozen=True)
class LinkLine:
    """A link with its clicks, and how they compare with those of the most followed link."""

    number: int
    target: str
    human: int
    machine: int
    most: int


def contents_with_links() -> QuerySet[Content]:
    """Contents with the number of links in their newest version, and the clicks of people in all versions."""
    newest = ContentVersion.objects.filter(content=OuterRef("pk")).order_by("-created_at", "-pk").values("pk")
    links = ContentLink.objects.filter(version=OuterRef("newest"), number__gt=ContentLink.HIDDEN).order_by()
    clicks = ContentLink.objects.filter(version__content=OuterRef("pk")).order_by()
    return Content.objects.annotate(
        newest=Subquery(newest[:1]),
        links=Coalesce(Subquery(links.values("version").annotate(n=Max("number")).values("n")), 0),
        human=Coalesce(
            Subquery(clicks.values("version__content").annotate(n=Sum("months__human")).values("n")), 0
        ),
    )


def link_lines(version: ContentVersion) -> list[LinkLine]:
    """The links of a version in their order, the hidden one last."""
    links = version.links.annotate(
        human=Coalesce(Sum("months__human"), 0), clicks=Coalesce(Sum("months__clicks"), 0)
    )
    found = list(links.order_by("number"))
    most = max((link.human for link in found), default=0)
    lines = [LinkLine(link.number, link.target, link.human, link.clicks - link.human, most) for link in found]
    return lines[1:] + lines[:1]


def people_who_clicked(version: ContentVersion) -> tuple[int, bool]:
    """Messages of a version in which a person followed a link, counted as far as a list goes."""
    return capped_count(MessageClicks.objects.by_people().filter(version=version))


def clicks_in(message: Message) -> QuerySet[Click]:
    """The newest clicks in a message, of people and machines."""
    return Click.objects.filter(message=message).select_related("link").order_by("-at")[:SHOWN]
