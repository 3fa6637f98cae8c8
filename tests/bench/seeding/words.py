"""Names to be seeded, put together in SQL."""

from __future__ import annotations

FIRST = "Ada,Ben,Cora,Dan,Eva,Finn,Gail,Hugo,Ines,Jack,Kira,Liam,Maya,Noah,Orla,Paul,Quinn,Rosa,Seth,Tess"
LAST = (
    "Abbott,Baker,Castro,Doyle,Ellis,Fisher,Garcia,Hansen,Ivanov,Jensen,Keller,Lopez,Meyer,Nolan,Olsen,Perez,"
    "Quist,Rossi,Santos,Turner,Ulrich,Vargas,Weber,Xu,Young,Zimmer"
)
PLACES = "Ashford,Belmont,Clayton,Dover,Easton,Franklin,Granville,Hudson,Irving,Jasper,Kent,Lawton,Milton"
SORTS = "School District,University,Hospital,Museum,Library,Laboratory,Works,Foods,Systems,Partners"
FIELDS = "Education,Education,Health,Culture,Culture,Science,Industry,Industry,Industry,Industry"
TALK = "Spoke about the delivery, the next order and the training of two new people who will look after it."


def pick(words: str, index: str) -> str:
    """One of the words, by an SQL expression for a whole number."""
    return f"split_part('{words}', ',', (1 + mod({index}, {words.count(',') + 1}))::int)"


def head(number: str) -> str:
    """The made-up name of an organisation."""
    last = f"{pick(LAST, f'{number} / 13')} || lower({pick(LAST, f'{number} / 338')})"
    return f"{pick(PLACES, number)} || ' ' || {last} || ' ' || {pick(SORTS, f'{number} / 7')}"


def surname(number: str) -> str:
    return f"{pick(LAST, f'{number} / 20')} || lower({pick(LAST, f'{number} / 520')})"
