"""Whatever an author links to, that is where the reader arrives."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers.outreach.clicks.rewriting import countable, located
from customers.outreach.compiling import compile_mail
from customers.outreach.models import ContentLink
from tests.outreach.clicks import FIREFOX, SHOP, click_path, follow, sent_message, write_mail

HREF = re.compile(r'href="([^"]*)"')
MARKS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], exclude_characters="\\{}"))
TARGETS = st.builds(
    "{}://{}/{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["shop.example", "bücher.example:8443", "user@shop.example", "xn--bcher-kva.example"]),
    MARKS.map(lambda text: text.replace("?", "").replace("#", "")),
    MARKS.map(lambda text: f"?q={text}&b=2" if text else ""),
    MARKS.map(lambda text: f"#{text}" if text else ""),
)


def same(one: str, other: str) -> bool:
    """Whether two addresses are one, written more or less escaped."""
    return unquote(located(one)) == unquote(located(other))


def known_to_mjml(text: str) -> bool:
    """MJML writes out the newest signs of Unicode; they are in no address that leads anywhere."""
    return max(map(ord, text)) < 0x3000


@settings(max_examples=60, deadline=None)
@example(["https://shop.example/?a=1&b=2&copy=3&quot=\"'", "https://shop.example/ü?ß=ẞ#'"])
@given(st.lists(TARGETS, min_size=1, max_size=4))
def test_every_link_is_a_number_or_itself(targets: list[str]) -> None:
    """In both parts, in their order, whatever signs are in them."""
    links = "".join(f'<mj-text><a href="{html.escape(target)}">go</a></mj-text>' for target in targets)
    mail = compile_mail(
        subject="x", body=f"<mj-section><mj-column>{links}</mj-column></mj-section>", language="en"
    )
    straight = [html.unescape(link) for link in HREF.findall(mail.html)][: len(targets)]
    assert straight == targets or not all(map(known_to_mjml, targets))
    counted = HREF.findall(mail.counted_html)[: len(targets)] or straight
    for n in range(len(targets)):
        number = re.fullmatch(r"\{\{ links\.click \}\}(\d+)/", counted[n])
        leads_to = mail.targets[int(number[1]) - 1] if number else html.unescape(counted[n])
        assert leads_to == straight[n]
    assert [n for n in re.findall(r"links\.click \}\}(\d+)/", mail.counted_text) if n != "0"] == [
        str(n + 1) for n in range(len(mail.targets))
    ]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=TARGETS)
def test_the_redirect_goes_there(outreach: object, client: Client, target: str) -> None:
    message = sent_message()
    ContentLink.objects.filter(version=message.version, number=1).update(target=target)
    location = client.get(click_path(message, 1), headers={"User-Agent": FIREFOX})["Location"]
    assert location.isascii()
    assert same(location, target)
    assert urlsplit(location).hostname in ("shop.example", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    "target",
    [
        "mailto:help@ours.example",
        "tel:+49301",
        "javascript:alert(1)",
        "data:text/html,x",
        "//shop.example/",
        "#top",
        "http://",
        "https:shop.example",
        "http://[::1",
        "http://shop.example\\@evil.example/",
        "http://shop .example/",
        "http://localhost:8000/m/x/",
        "https://shop.example/" + "x" * 3000,
        f"http://{'ü' * 70}.example/",
    ],
)
def test_not_every_link_is_counted(target: str) -> None:
    assert not countable(target)


@pytest.mark.django_db
def test_a_version_from_before_gets_its_links_when_it_is_written_again(
    outreach: object, client: Client
) -> None:
    version = write_mail()
    version.links.all().delete()
    type(version).objects.update(counted_html="", counted_text="")
    again = write_mail()
    assert again.pk == version.pk
    assert list(again.links.order_by("number").values_list("number", flat=True)) == [0, 1, 2, 3]
    assert write_mail().links.count() == 4
    assert follow(client, sent_message()) == SHOP
