"""The parts every screen is made of: icons, fields, dates, money, badges, empty states, pagers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField, CheckboxInput, Widget
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect, Select
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.core import wording
from crm.core.addresses import address_of
from crm.core.models import Company
from crm.core.wording import Reader

if TYPE_CHECKING:
    from crm.core.paging import Page
    from crm.core.registry import Tone

register = template.Library()

AVATAR_SHADES = 6
GROUPS = (RadioSelect, CheckboxSelectMultiple)


@register.simple_tag
def icon(name: str, label: str = "", **attrs: str) -> SafeString:
    """A line icon of the sprite: decoration, unless a `label` gives it a voice. `class` adds classes."""
    return drawn(name, label, attrs.get("class", ""))


@lru_cache(maxsize=1000)
def drawn(name: str, label: str, classes: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" width="20" height="20" {}><use href="{}#tabler-{}"></use></svg>',
        classes,
        voice,
        static("vendor/icons.svg"),
        name,
    )


@register.inclusion_tag("core/field.html")
def field(bound: BoundField, label: str = "", quiet: bool = False, **attrs: Any) -> dict[str, Any]:
    """A form field with its label, help and errors.

    Further arguments become attributes of the control (`hx_get` is written `hx-get`); `quiet` hides the label
    from sight and leaves out the word "optional".
    """
    widget = bound.field.widget
    attributes = {name.replace("_", "-"): value for name, value in attrs.items()}
    classes = [control_class(widget), attributes.pop("class", ""), "is-invalid" if bound.errors else ""]
    return {
        "field": bound,
        "control": bound.as_widget(attrs={"class": " ".join(filter(None, classes)), **attributes}),
        "label": label or bound.label,
        "quiet": quiet,
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, GROUPS),
    }


def control_class(widget: Widget) -> str:
    if isinstance(widget, GROUPS):
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("core/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Every field of a form, hidden ones included, with what is wrong with the form as a whole on top."""
    return {"form": form}


@register.simple_tag
def row_url(name: str, pk: int) -> str:
    """`url` for the rows of long lists, see `crm.core.addresses`."""
    return address_of(name, pk)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal | None, short: bool = False, currency: str = "") -> str:
    """An amount in the installation's currency (or its own); nothing known is a dash."""
    if amount is None:
        return "–"
    company = context.get("company") or Company.load()
    language = reader_of(context).language
    return wording.money(amount, currency or company.currency, short=short, language=language)


def reader_of(context: Context) -> Reader:
    """Who reads, as the page's context says it once for all its rows."""
    return context.get("reader") or Reader.at(timezone.now())


@register.simple_tag(takes_context=True)
def when(context: Context, moment: dt.date | None) -> SafeString:
    """When something happened, with the full date behind it."""
    if moment is None:
        return SafeString("–")
    reader = reader_of(context)
    return time_element(moment, reader.moment(moment), reader)


@register.simple_tag(takes_context=True)
def due(context: Context, moment: dt.date | None) -> SafeString:
    """A badge that says how much time is left; nothing when nothing is due."""
    if moment is None:
        return SafeString("")
    reader = reader_of(context)
    found = reader.due(moment)
    time = time_element(moment, found.text, reader)
    return SafeString(f'<span class="badge tone-{found.tone} num">{time}</span>')


def time_element(moment: dt.date, text: str, reader: Reader) -> SafeString:
    title, words = escape(reader.full_moment(moment)), escape(text)
    return SafeString(f'<time datetime="{moment.isoformat()}" title="{title}">{words}</time>')


@register.simple_tag
def badge(text: Any, tone: Tone | str = "plain") -> SafeString:
    """A word in a tinted pill; tones are plain, good, bad, look, note and brand."""
    return format_html('<span class="badge tone-{}">{}</span>', tone, text)


@register.simple_tag
def avatar(name: Any, size: str = "") -> SafeString:
    """Initials in a round; the name itself stands beside it, so that this one is silent."""
    words = [word for word in str(name).split() if word[0].isalnum()] or ["?"]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    shade = crc32(str(name).encode()) % AVATAR_SHADES
    return format_html(
        '<span class="avatar {} shade-{}" aria-hidden="true">{}</span>',
        f"avatar-{size}" if size else "",
        shade,
        initials,
    )


@register.simple_block_tag
def emptystate(
    content: str, *, title: str, text: str = "", icon: str = "", href: str = "", button: str = ""
) -> str:
    """Nothing here yet: what this is for, one button, and an example between the tags."""
    return render_to_string(
        "core/empty.html",
        {
            "title": title,
            "text": text,
            "icon": icon,
            "href": href,
            "button": button,
            "example": content,
        },
    )


@register.simple_block_tag
def stat(content: str, *, label: str, note: str = "", tone: Tone = "plain", href: str = "") -> str:
    """A number card; the number stands between the tags, `href` leads to how it was found."""
    return render_to_string(
        "core/stat.html",
        {"value": content, "label": label, "note": note, "tone": tone, "href": href},
    )


@register.inclusion_tag("core/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], total: tuple[int, bool] | None = None) -> dict[str, Any]:
    """Links to the neighbouring pages, keeping the filters; `total` is what `capped_count` answered."""
    return {"page": page, "total": total}


@register.filter
def capped(count: tuple[int, bool]) -> str:
    """ "1,000+" for a count that stopped at its cap."""
    number, more = count
    return number_format(number, use_l10n=True, force_grouping=True) + ("+" if more else "")


@register.filter
def to(first: int, last: int) -> range:
    """The whole numbers from first to last, both included."""
    return range(int(first), int(last) + 1)


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's Undo button posts to: `messages.success(request, text, extra_tags=f"undo={url}")`."""
    tag = message.extra_tags or ""
    return tag.removeprefix("undo=") if tag.startswith("undo=") else ""
