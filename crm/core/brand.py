"""The installation's colour as a stylesheet, kept readable on paper, in the dark and under white text.

Contrast is WCAG 2.2's: relative luminance of sRGB, 4.5 : 1 for text and 3 : 1 for parts of the page.
"""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from crm.core.access import public
from crm.core.models import Company

WHITE, BLACK = (255, 255, 255), (0, 0, 0)  # one of the two can be read on any colour
PAPER, NIGHT = (240, 243, 241), (38, 50, 46)
VISIBLE, READABLE, COMFORTABLE = 3.0, 4.5, 6.0
MIDDLE = 0.18
KEPT_SECONDS = 30 * 24 * 3600

Colour = tuple[int, int, int]


def stylesheet(colour: str) -> str:
    """The shades of a brand colour given as "#rrggbb", as CSS custom properties of the page."""
    return ":root{" + ";".join(f"{name}:{shade}" for name, shade in shades(colour).items()) + "}"


def shades(colour: str) -> dict[str, str]:
    """A brand colour, what is written on it, and its shades that can be read as text on light and on dark."""
    brand = parsed(colour)
    return {
        "--perennial-brand": written(brand),
        "--perennial-brand-ink": ink_on(colour),
        "--perennial-brand-text": written(readable(brand, on=PAPER)),
        "--perennial-brand-glow": written(readable(brand, on=NIGHT, at_least=COMFORTABLE)),
    }


def worries(colour: str) -> str:
    """What is hard to see in this colour on a light page, and what is done about it; empty for none."""
    brand = parsed(colour)
    shade = written(readable(brand, on=PAPER))
    if contrast(brand, PAPER) < VISIBLE:
        return _(
            "Too light: buttons in it hardly stand out from a light page. Links use the darker %(shade)s."
        ) % {"shade": shade}
    if contrast(brand, PAPER) < READABLE:
        return _("Too light for words on a light page: links use the darker %(shade)s.") % {"shade": shade}
    return ""


def ink_on(colour: str) -> str:
    """White or black, whichever can be read on the colour; both are given as "#rrggbb"."""
    ground = parsed(colour)
    return written(max(WHITE, BLACK, key=lambda ink: contrast(ink, ground)))


def readable(colour: Colour, *, on: Colour, at_least: float = READABLE) -> Colour:
    """The nearest shade of a colour, darker on light and lighter on dark, that can be read on `on`."""
    hue, light, vivid = rgb_to_hls(*(channel / 255 for channel in colour))
    goal = 0.0 if luminance(on) > MIDDLE else 1.0
    for step in range(21):
        share = step / 20
        shade = hls_to_rgb(hue, light + (goal - light) * share, vivid * (1 - goal * share / 2))
        found = (round(shade[0] * 255), round(shade[1] * 255), round(shade[2] * 255))
        if contrast(found, on) >= at_least:
            break
    return found


def contrast(one: Colour, other: Colour) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = (linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def parsed(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


@public
def brand_css(request: HttpRequest) -> HttpResponse:
    """The company's colour; the page's link carries the colour, so that it may be kept for long."""
    response = HttpResponse(stylesheet(Company.load().colour), content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


@public
def brand_logo(request: HttpRequest) -> HttpResponse:
    """The company's logo, 404 while there is none."""
    company = Company.load()
    if not company.logo:
        raise Http404
    response = HttpResponse(bytes(company.logo), content_type=company.logo_type)
    patch_cache_control(response, public=True, max_age=3600)
    return response
