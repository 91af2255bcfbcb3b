"""Names of people, titles, members and companies, drawn from `words.py`."""

import random
from itertools import accumulate
from typing import Final, NamedTuple

from accounts.usernames import skeleton
from filmsite.synthetic.words import (
    ADJECTIVES,
    AND,
    CHARACTERS,
    CULTURES,
    FILM_WORDS,
    FORMS,
    MOODS,
    NATURE,
    PLACES,
    THINGS,
    TITLE_LANGUAGES,
    Culture,
)

_CULTURE_WEIGHTS: Final = list(accumulate(culture.weight for culture in CULTURES))
# Digits that `accounts.usernames.skeleton` takes for no letter.
_PLAIN_DIGITS: Final = "2346789"


class Name(NamedTuple):
    """A name in Latin letters, and in its own script where that is another one (else empty)."""

    latin: str
    own: str


class TitleName(NamedTuple):
    """What a title is called: on the site, in its own language, and elsewhere (language, name)."""

    name: str
    original: str
    others: list[tuple[str, str]]


def culture(chance: random.Random) -> Culture:
    return chance.choices(CULTURES, cum_weights=_CULTURE_WEIGHTS)[0]


def person_name(chance: random.Random, culture: Culture) -> Name:
    """A given and a family name as that culture has them; some people have two given names or an initial."""
    given, own_given = chance.choice(culture.given)
    stem, own_stem = chance.choice(culture.stems)
    ending, own_ending = chance.choice(culture.endings)
    family = f"{stem}{culture.between}{ending}".replace("_", " ")
    roll = chance.random()
    if culture.has_own_script:
        own_family = f"{own_stem}{own_ending}".replace("_", " ")
        own = own_family + own_given if culture.family_first else f"{own_given} {own_family}"
    else:
        own = ""
        if roll < 0.1:
            given = f"{given} {chance.choice(culture.given)[0]}"
        elif roll < 0.2:
            given = f"{given} {chance.choice('ABCDEFGHJKLMNPRSTW')}."
    return Name(f"{given} {family}", own)


def title_name(chance: random.Random, culture: Culture, *, others: int) -> TitleName:
    """A title of a film from that culture, and what it is called in so many `others` of the languages.

    A film whose own words are in another script goes by its English name and keeps its own as the original.
    """
    own = culture.language if culture.language in TITLE_LANGUAGES else "en"
    roll = chance.random()
    if own == "en" and roll < 0.6:
        return TitleName(_english(chance), "", _called(chance, _things(chance), own, others))
    if roll < 0.1:
        hero = person_name(chance, culture)
        return TitleName(hero.latin, hero.own, _called(chance, _things(chance), own, others))
    names = _things(chance)
    if roll < 0.3:
        place = chance.choice(PLACES)
        names = {language: f"{name}, {place}" for language, name in names.items()}
    name = names["en"] if culture.has_own_script else names[own]
    original = names[own] if names[own] != name else ""
    return TitleName(name, original, _called(chance, names, own, others))


def _called(chance: random.Random, names: dict[str, str], own: str, others: int) -> list[tuple[str, str]]:
    languages = [language for language in TITLE_LANGUAGES if language != own]
    return [(language, names[language]) for language in chance.sample(languages, min(others, len(languages)))]


def _things(chance: random.Random) -> dict[str, str]:
    """One thing, or two, in every language."""
    first = chance.choice(THINGS)
    if chance.random() < 0.15:
        return first
    second = chance.choice(THINGS)
    if second is first:
        return first
    return {
        language: f"{first[language]}{AND[language]}{second[language][0].lower()}{second[language][1:]}"
        for language in TITLE_LANGUAGES
    }


def _english(chance: random.Random) -> str:
    adjective, thing = chance.choice(ADJECTIVES), chance.choice(THINGS)["en"].removeprefix("The ")
    form, place = chance.choice(FORMS), chance.choice(PLACES)
    return chance.choice(
        (
            f"The {adjective} {thing}",
            f"{adjective} {thing}",
            f"{adjective} {thing}s",
            f"The {thing} {form}",
            f"The {adjective} {form}",
            f"{place} {form}",
            f"The {adjective} {thing} of {place}",
            f"A {thing} in {place}",
            f"{adjective} {form} of {place}",
            f"The {place} {thing} {form}",
        )
    )


def character_name(chance: random.Random) -> str:
    """Whom somebody plays: a given name, a profession, or both."""
    given = chance.choice(CULTURES[chance.randrange(9)].given)[0]
    roll = chance.random()
    if roll < 0.5:
        return given
    profession = chance.choice(CHARACTERS)
    return profession if roll < 0.75 else f"{profession} {given}"


class Usernames:
    """Names for members: each allowed, and no two alike to the eye."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.used: dict[str, int] = {}

    def draw(self) -> str:
        chance = self.chance
        first = chance.choice(MOODS) if chance.random() < 0.7 else chance.choice(FILM_WORDS)
        second = chance.choice(NATURE)
        mark = chance.choice(("", "", "-", "_", "."))
        name = (
            f"{first.capitalize()}{second.capitalize()}"
            if not mark and chance.random() < 0.5
            else f"{first}{mark}{second}"
        )
        seen = skeleton(name)
        number = self.used[seen] = self.used.get(seen, -1) + 1
        return f"{name}{_in_plain_digits(number)}" if number else name


def _in_plain_digits(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number - 1, len(_PLAIN_DIGITS))
        digits = _PLAIN_DIGITS[digit] + digits
    return digits
