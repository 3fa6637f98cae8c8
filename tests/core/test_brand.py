"""The brand colour stays readable, whatever is chosen."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm.core.brand import NIGHT, PAPER, READABLE, Colour, contrast, stylesheet, worries
from crm.core.models import Company

VARIABLE = re.compile(r"--perennial-([a-z-]+):#([0-9a-f]{6})")


def colours(css: str) -> dict[str, Colour]:
    return {
        name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))
        for name, code in VARIABLE.findall(css)
    }


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_can_be_read(code):
    found = colours(stylesheet(f"#{code:06x}"))

    assert contrast(found["brand-ink"], found["brand"]) >= READABLE
    assert contrast(found["brand-text"], PAPER) >= READABLE
    assert contrast(found["brand-glow"], NIGHT) >= READABLE


def test_a_readable_colour_is_left_alone():
    found = colours(stylesheet("#0f766e"))

    assert found["brand"] == found["brand-text"] == (0x0F, 0x76, 0x6E)
    assert found["brand-ink"] == (255, 255, 255)


@pytest.mark.parametrize(
    ("colour", "words"),
    [("#0f766e", ""), ("#0d9488", "Too light for words"), ("#f0d040", "hardly stand out")],
)
def test_colours_that_are_hard_to_see_are_said_so(colour, words):
    assert words in worries(colour)
    assert bool(worries(colour)) is bool(words)


@pytest.mark.django_db
def test_it_is_served_to_anybody():
    company = Company.load()
    company.colour = "#aa0044"
    company.save()

    response = Client().get("/brand.css")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--perennial-brand:#aa0044" in response.text


@pytest.mark.django_db
def test_no_logo_is_404():
    assert Client().get("/brand/logo").status_code == 404
