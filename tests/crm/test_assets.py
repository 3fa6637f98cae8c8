"""The UI assets that `python -m crm.assets` makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm import assets


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{% icon "phone" %}', "phone"),
        ('{% icon "mail" class="large" %}', "mail"),
        ('NavItem("Today", icon="calendar-event")', "calendar-event"),
        ("use.setAttribute('href', `${sprite}#tabler-x`)", "x"),
    ],
)
def test_three_spellings_name_an_icon(text, name):
    [match] = assets.ICON_NAME.finditer(text)
    assert name in match.groups()


@pytest.mark.parametrize("text", ['data-icon="phone"', "{% icon item.icon %}", 'f"#tabler-{name}"'])
def test_other_words_name_none(text):
    assert not assets.ICON_NAME.search(text)


def test_the_sprite_holds_a_symbol_per_name():
    sprite = assets.draw_sprite({"phone": [], "mail": []})
    assert sprite.count("<symbol ") == 2
    assert '<symbol id="tabler-phone" viewBox="0 0 24 24"' in sprite


def test_an_unknown_name_says_where_it_is_used():
    with pytest.raises(assets.UnknownIcon, match=r"no icon 'telefone' \(templates/base.html\)"):
        assets.draw_sprite({"telefone": [Path("templates/base.html")]})
