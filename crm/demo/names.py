"""Words for people and places. None of them exist; mail domains end in .example, which nobody can own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random


@dataclass(frozen=True)
class State:
    name: str
    zone: str
    area_code: str
    postal: str
    weight: int


def listed(words: str) -> list[str]:
    """A long list of single words, as it is easiest to read."""
    return words.split()


WEST = [
    State("California", "America/Los_Angeles", "951", "92", 9),
    State("Oregon", "America/Los_Angeles", "541", "97", 4),
    State("Washington", "America/Los_Angeles", "360", "98", 4),
    State("Nevada", "America/Los_Angeles", "775", "89", 2),
    State("Arizona", "America/Phoenix", "928", "86", 3),
    State("Utah", "America/Denver", "435", "84", 2),
    State("Colorado", "America/Denver", "970", "81", 3),
    State("Texas", "America/Chicago", "830", "78", 5),
]
EAST = [
    State("Illinois", "America/Chicago", "815", "61", 4),
    State("Minnesota", "America/Chicago", "507", "56", 3),
    State("Ohio", "America/New_York", "740", "45", 4),
    State("Michigan", "America/New_York", "989", "48", 3),
    State("Pennsylvania", "America/New_York", "814", "16", 3),
    State("Georgia", "America/New_York", "706", "30", 3),
    State("North Carolina", "America/New_York", "828", "28", 3),
    State("Florida", "America/New_York", "352", "34", 4),
]
FRONT = listed(
    "Ash Oak Cedar Maple Pine Elm Birch Willow Hazel Alder Stone Clear Fair Green Spring Summer "
    "Winter Mill Bridge Ferry Sand Silver Copper Red Blue Iron Fox Deer Hawk Eagle Swan Crane Thorn "
    "Clover Juniper Laurel"
)
BACK = ["field", "dale", "wood", "ford", "brook", "ridge", "view", "haven", "crest", "mont", "ton", "bury"]
LANDSCAPE = ["Valley", "Grove", "Springs", "Falls", "Hills", "Creek", "Point", "Prairie", "Junction", "Mesa"]
CAMPUSES = listed("North South East West Central Valley Hilltop Meadow Orchard Canyon Summit Garden Sunset")
STREETS = listed("Main Second Third Fourth Park School Church College Market Station Lake Orchard Meadow")
FIRST = listed(
    "Aaron Abby Adele Alicia Amara Andre Anita Arturo Beatriz Ben Bianca Brandon Bridget Caleb "
    "Camille Carla Cedric Celia Clara Clint Colleen Cora Curtis Damian Darlene Deborah Derek Dina "
    "Dolores Donovan Edith Elena Elias Emmett Erica Esther Ethan Faith Felix Fiona Gail Garrett "
    "Gloria Grant Greta Gus Hannah Harlan Hector Helen Hollis Ida Imani Irene Isaac Ivy Jamal Janet "
    "Jared Jolene Josefa Judith Kara Keith Kendra Kurt Lamar Leah Leland Lena Lionel Lorna Lucia Lyle "
    "Mabel Malik Marcy Marisol Mateo Maxine Miriam Naomi Nate Nina Noel Olive Omar Opal Paige Perry "
    "Phoebe Quentin Ramona Raul Regina Reuben Rhonda Rosa Roy Ruth Sadie Samir Selma Shane Silvia "
    "Simone Sonya Stella Tamara Tessa Theo Trevor Ursula Vera Vernon Viola Wade Wanda Wesley Willa "
    "Yolanda Yusuf Zelda"
)
LAST = listed(
    "Abbott Adair Alcott Alvarez Amundsen Archer Baird Barlow Bautista Beckett Benning Blackwood "
    "Boyce Brandt Brennan Brisco Calder Carmody Castell Chavarria Colby Conway Corbin Cordero Crane "
    "Dalton Danforth Delgado Denham Dossett Draper Duarte Eastman Ellery Enright Escobar Fairbanks "
    "Falk Farrow Fenton Finley Fontaine Galvan Gentry Gibbs Goodwin Grady Greer Guerra Hadley "
    "Halvorsen Harmon Hatch Haywood Hendry Hobart Holt Ibarra Ingram Irwin Jarvis Jessup Kearney "
    "Keller Kendrick Kirby Lachance Landry Larkin Lathrop Ledger Lindahl Lockwood Lovell Macias "
    "Maddox Marlow Mathis Mayfield Mercer Merritt Moreland Munoz Nakata Nash Nesbitt Norwood Oakes "
    "Odell Okoye Olsen Ortega Paget Palmer Pardo Paxton Pemberton Pruitt Quigley Quiroga Radley "
    "Ramsay Renner Ridley Rosales Rourke Sandoval Sawyer Selby Shelton Sizemore Solano Stroud Sutter "
    "Talbot Tanaka Thorne Tilden Trujillo Underhill Valdez Vance Varga Wakefield Walden Weller "
    "Whitlock Winslow Yates Yoder Zamora Ziegler"
)
DOMAIN_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TAKEN_PLACES = {"Ash Valley", "Oakfield", "Fairview"}


def places(rng: Random) -> list[str]:
    """Names of towns in a shuffled order, each once."""
    towns = [front + back for front, back in product(FRONT, BACK)]
    towns += [f"{front} {land}" for front, land in product(FRONT, LANDSCAPE)]
    towns = [town for town in towns if town not in TAKEN_PLACES]
    rng.shuffle(towns)
    return towns


def person(rng: Random) -> tuple[str, str]:
    return rng.choice(FIRST), rng.choice(LAST)


def domain(name: str) -> str:
    """The mail domain of an organisation: its name in small letters."""
    letters = "".join(letter for letter in name.lower() if letter in DOMAIN_LETTERS)
    return f"{letters[:40]}.example"


def state(rng: Random, states: list[State]) -> State:
    return rng.choices(states, [one.weight for one in states])[0]
