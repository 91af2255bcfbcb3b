"""Made-up titles, people and every fact about them."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final

from django.utils.text import slugify

from films.models import (
    AlternativeTitle,
    Award,
    Company,
    Country,
    Credit,
    ExternalId,
    ExternalScore,
    FilmingLocation,
    Genre,
    Language,
    Link,
    Nomination,
    Person,
    PersonName,
    Relation,
    Release,
    Title,
    TitleCompany,
    TitleGenre,
    Trivia,
)
from films.models.title import sort_name_of
from filmsite.lib.slugs import slug_for
from filmsite.synthetic import names, sentences, texts
from filmsite.synthetic.sheets import Sheets
from filmsite.synthetic.sizes import Sizes
from filmsite.synthetic.words import (
    AWARDS,
    CATEGORIES,
    COMPANY_WORDS,
    CULTURES,
    GENRES,
    PLACES,
    TITLE_LANGUAGES,
    Culture,
)

MODELS: Final = (
    Title,
    TitleGenre,
    Title.countries.through,
    Title.languages.through,
    AlternativeTitle,
    Person,
    PersonName,
    Credit,
    Release,
    ExternalId,
    ExternalScore,
    Company,
    TitleCompany,
    FilmingLocation,
    Nomination,
    Relation,
    Trivia,
    Link,
)
# Rows of this many titles or people are collected before they are stored.
CHUNK: Final = 2000
FIRST_YEAR: Final = 1912
# Votes fall with the rank r as 1 / (r + q)^s. At full size the best known has some eight thousand.
ZIPF_EXPONENT: Final = 1.3
ZIPF_SHIFT: Final = 0.0023
_REGIONS: Final = dict(
    zip(
        TITLE_LANGUAGES, ("US", "NL", "FR", "ES", "IT", "DE", "PT", "RU", "IR", "JP", "CN", "GR"), strict=True
    )
)
_COUNTRIES: Final = tuple(dict.fromkeys(code for culture in CULTURES for code in culture.countries))
_LANGUAGES: Final = tuple(dict.fromkeys(culture.language for culture in CULTURES))
_GENRE_WEIGHTS: Final = list(accumulate(weight for _, weight in GENRES))
# Who makes a film, with the chance that somebody of that trade is known and how many there are at most.
_CREW: Final = (
    ("director", 1.0, 1),
    ("writer", 0.9, 2),
    ("producer", 0.7, 3),
    ("music", 0.6, 1),
    ("cinematography", 0.6, 1),
    ("editing", 0.55, 1),
    ("design", 0.3, 1),
)


@dataclass(frozen=True)
class Day:
    """The day on which the made-up site stands: nothing in it is later, but for a few announced films."""

    today: date

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(6), UTC)


@dataclass
class Fame:
    """How well titles are known: rank 0 is the best known film or show; `weight` is a title's share of the votes."""

    rank: array[int]
    weight: array[float]
    # In half stars: what a title's votes gather around.
    worth: array[float]
    # As days since year 1; nobody votes earlier.
    released: array[int]


def store_taxonomy() -> None:
    """Genres, countries, languages and awards, unless they are there."""
    Genre.objects.bulk_create(
        (Genre(name=name, slug=slugify(name)) for name, _ in GENRES), ignore_conflicts=True
    )
    Country.objects.bulk_create((Country(code=code) for code in _COUNTRIES), ignore_conflicts=True)
    Language.objects.bulk_create((Language(code=code) for code in _LANGUAGES), ignore_conflicts=True)
    Award.objects.bulk_create(
        (Award(name=f"Golden {word}", slug=slugify(f"Golden {word}")) for word in AWARDS),
        ignore_conflicts=True,
    )


def store_companies(sheets: Sheets, sizes: Sizes, chance: random.Random) -> None:
    rows = sheets.table(Company, "id", "name", "slug", "country_id")
    seen = set()
    for key in range(1, sizes.companies + 1):
        place, word = chance.choice(PLACES), chance.choice(COMPANY_WORDS)
        name = f"{chance.choice(names.ADJECTIVES)} {place} {word}"
        # Unique with its country; the number is what a company is called that came too late.
        country = chance.choice(_COUNTRIES)
        if (name, country) in seen:
            name = f"{name} {key}"
        seen.add((name, country))
        rows.append((key, name, slug_for(name), country))
    sheets.flush()


def store_people(
    sheets: Sheets, sizes: Sizes, chance: random.Random, day: Day, progress: Callable[[int], None]
) -> None:
    people = sheets.table(
        Person, "id", "name", "sort_name", "slug", "born", "died", "birthplace", "country_id", "created_at"
    )
    others = sheets.table(PersonName, "person_id", "name", "language")
    ids = sheets.table(ExternalId, "title_id", "person_id", "source", "value")
    for key in range(1, sizes.people + 1):
        culture = names.culture(chance)
        name, own = names.person_name(chance, culture)
        born = died = place = ""
        if chance.random() < 0.45:
            year = 1880 + int(125 * chance.random() ** 0.7)
            born = _partial_date(chance, year)
            place = chance.choice(PLACES)
            if year < 1945 and chance.random() < 0.8:
                died = _partial_date(chance, min(year + chance.randint(35, 95), day.today.year - 1))
        country = chance.choice(culture.countries)
        given, _, family = name.rpartition(" ")
        people.append((key, name, f"{family}, {given}", slug_for(name), born, died, place, country, day.now))
        if own:
            others.append((key, own, culture.language))
        if chance.random() < 0.3:
            ids.append((None, key, "imdb", f"nm{50_000_000 + key}"))
        if key % CHUNK == 0:
            sheets.flush()
            progress(CHUNK)
    sheets.flush()


def draw_fame(sizes: Sizes, chance: random.Random) -> Fame:
    """Rank films and shows by lot; the rest is filled in as titles are drawn."""
    ranked = sizes.films + sizes.shows
    order = list(range(ranked))
    chance.shuffle(order)
    zeros = [0] * (sizes.titles + 1)
    return Fame(array("i", [0, *order]), array("d", zeros), array("d", zeros), array("l", zeros))


class Titles:
    """Draws titles one after the other and puts their rows into sheets: films, then each show with its seasons."""

    def __init__(self, sheets: Sheets, sizes: Sizes, chance: random.Random, day: Day, fame: Fame) -> None:
        self.sheets, self.sizes, self.chance, self.day, self.fame = sheets, sizes, chance, day, fame
        self.ranked = sizes.films + sizes.shows
        self.genres = dict(Genre.objects.values_list("name", "pk"))
        self.awards = list(Award.objects.order_by("pk").values_list("pk", flat=True))
        self.titles = sheets.table(
            Title,
            *("id", "kind", "parent_id", "season_number", "name", "sort_name", "slug", "original_name"),
            *(
                "original_language",
                "year",
                "end_year",
                "released_on",
                "minutes",
                "episodes",
                "tagline",
                "plot",
            ),
            *(
                "plot_language",
                "plot_source",
                "based_on",
                "budget",
                "budget_currency",
                "gross",
                "gross_currency",
            ),
            *("created_at", "updated_at"),
        )
        self.of_genre = sheets.table(TitleGenre, "title_id", "genre_id", "position")
        self.of_country = sheets.table(Title.countries.through, "title_id", "country_id")
        self.of_language = sheets.table(Title.languages.through, "title_id", "language_id")
        self.called = sheets.table(AlternativeTitle, "title_id", "name", "language", "region", "kind")
        self.credits = sheets.table(
            Credit, "title_id", "person_id", "role", "position", "character", "is_voice", "credited_as"
        )
        self.releases = sheets.table(Release, "title_id", "country_id", "kind", "date", "certificate")
        self.ids = sheets.table(ExternalId, "title_id", "person_id", "source", "value")
        self.scores = sheets.table(ExternalScore, "title_id", "source", "score", "votes", "as_of")
        self.companies = sheets.table(
            TitleCompany, "title_id", "company_id", "part", "country_id", "position"
        )
        self.places = sheets.table(FilmingLocation, "title_id", "place", "country_id")
        self.nominations = sheets.table(
            Nomination, "title_id", "award_id", "year", "category", "won", "person_id"
        )
        self.relations = sheets.table(Relation, "title_id", "other_id", "kind")
        self.trivia = sheets.table(Trivia, "title_id", "text", "language", "source", "is_spoiler")
        self.links = sheets.table(Link, "title_id", "person_id", "kind", "label", "url")

    def store(self, progress: Callable[[int], None]) -> None:
        films, shows = self.sizes.films, self.sizes.shows
        seasons = self._seasons_of_shows()
        next_season = films + shows + 1
        for key in range(1, films + shows + 1):
            if key <= films:
                self._film(key)
            else:
                self._show(key, range(next_season, next_season + seasons[key - films - 1]))
                next_season += seasons[key - films - 1]
            if key % CHUNK == 0:
                self.sheets.flush()
                progress(CHUNK)
        self.sheets.flush()

    def _seasons_of_shows(self) -> list[int]:
        """At least one each, as far as they go, and most for a few."""
        shows, seasons = self.sizes.shows, self.sizes.seasons
        numbers = [1 if show < seasons else 0 for show in range(shows)]
        weights = list(accumulate(self.chance.paretovariate(1.4) for _ in range(shows)))
        for show in self.chance.choices(range(shows), cum_weights=weights, k=max(0, seasons - shows)):
            numbers[show] += 1
        return numbers

    # -- one title

    def _film(self, key: int) -> None:
        chance, fame = self.chance, self.fame
        culture = names.culture(chance)
        share = fame.rank[key] / self.ranked
        name = names.title_name(chance, culture, others=_alternatives(chance, share))
        year, released = self._released(share)
        is_known = share < 0.1
        budget, gross = self._money() if is_known or chance.random() < 0.03 else (None, None)
        self.titles.append(
            (
                *(
                    key,
                    "film",
                    None,
                    None,
                    name.name,
                    sort_name_of(name.name),
                    slug_for(name.name),
                    name.original,
                ),
                *(culture.language, year, None, released, max(4, int(chance.gauss(98, 22))), None),
                *(chance.choice(sentences.HEADLINES) if is_known else "", *self._plot(share)),
                *(
                    f"The novel “{names.title_name(chance, culture, others=0).name}”"
                    if chance.random() < 0.04
                    else "",
                ),
                *(budget, "USD" if budget else "", gross, "USD" if gross else "", self.day.now, self.day.now),
            )
        )
        self._note_fame(key, self._zipf(fame.rank[key]), released)
        self._facts(key, culture, name, share, year, "tmdb_movie", crew_first="director")
        if is_known and released:
            self._releases(key, culture, released, share)

    def _show(self, key: int, seasons: range) -> None:
        chance, rank = self.chance, self.fame.rank[key]
        culture = names.culture(chance)
        share = rank / self.ranked
        name = names.title_name(chance, culture, others=_alternatives(chance, share))
        year, released = self._released(share)
        year = max(year, 1950)
        common = (name.name, sort_name_of(name.name), slug_for(name.name), name.original, culture.language)
        rest = ("", None, "", None, "", self.day.now, self.day.now)
        last = min(year + len(seasons) - 1, self.day.today.year)
        self.titles.append(
            (key, "show", None, None, *common, year, last, released, 45, None, "", *self._plot(share), *rest)
        )
        genres = self._facts(key, culture, name, share, year, "tmdb_tv", crew_first="creator")
        for number, season in enumerate(seasons, start=1):
            shown = min(year + number - 1, self.day.today.year)
            first_shown = (
                date(shown, chance.randint(1, 12), chance.randint(1, 28))
                if shown < self.day.today.year
                else None
            )
            self.titles.append(
                (
                    *(
                        season,
                        "season",
                        key,
                        number,
                        *common,
                        shown,
                        None,
                        first_shown,
                        45,
                        chance.randint(4, 24),
                    ),
                    *("", "", "", "", *rest),
                )
            )
            self.of_genre += [(season, genre, place) for place, genre in enumerate(genres)]
            self.of_country.append((season, culture.countries[0]))
            self.of_language.append((season, culture.language))
            self._credits(season, culture, [], chance.randint(3, 7))
            # Later seasons are seen by those who stay.
            self._note_fame(season, self._zipf(rank) * 0.5 * 0.7 ** (number - 1), first_shown)

    def _zipf(self, rank: int) -> float:
        return 1 / (rank + 3 + ZIPF_SHIFT * self.ranked) ** ZIPF_EXPONENT

    def _note_fame(self, key: int, weight: float, released: date | None) -> None:
        fame = self.fame
        is_shown = released is None or released <= self.day.today
        fame.weight[key] = weight if is_shown else 0.0
        fame.worth[key] = min(9.2, max(2.2, self.chance.gauss(6.5, 1.1)))
        fame.released[key] = released.toordinal() if released else 1

    def _released(self, share: float) -> tuple[int, date | None]:
        """A year, the later the likelier, and for most titles the day of the first showing."""
        chance, today = self.chance, self.day.today
        if chance.random() < 0.002 and share > 0.1:
            return today.year + 1, date(today.year + 1, chance.randint(1, 12), 1)
        year = today.year - int((today.year - FIRST_YEAR) * chance.random() ** 2.1)
        if share > 0.1 and chance.random() < 0.25:
            return year, None
        return year, min(date(year, chance.randint(1, 12), chance.randint(1, 28)), today)

    def _money(self) -> tuple[int, int]:
        budget = int(200_000 * self.chance.paretovariate(0.6)) % 300_000_000
        return budget, int(budget * self.chance.lognormvariate(0.6, 1))

    def _plot(self, share: float) -> tuple[str, str, str]:
        """The text, its language and its source; most films have one."""
        if share > 0.1 and self.chance.random() < 0.35:
            return "", "", ""
        return texts.plot(self.chance), "en", ""

    # -- its facts

    def _facts(
        self,
        key: int,
        culture: Culture,
        name: names.TitleName,
        share: float,
        year: int,
        tmdb: str,
        *,
        crew_first: str,
    ) -> list[int]:
        """Everything but the title's own row; gives the genres, the main one first."""
        chance = self.chance
        genres = dict.fromkeys(
            self.genres[genre]
            for genre, _ in chance.choices(GENRES, cum_weights=_GENRE_WEIGHTS, k=chance.choice((1, 2, 2, 3)))
        )
        self.of_genre += [(key, genre, place) for place, genre in enumerate(genres)]
        countries = {
            chance.choice(culture.countries),
            *(chance.choice(_COUNTRIES) for _ in range(chance.random() < 0.2)),
        }
        self.of_country += [(key, country) for country in sorted(countries)]
        languages = {culture.language, *(chance.choice(_LANGUAGES) for _ in range(chance.random() < 0.15))}
        self.of_language += [(key, language) for language in sorted(languages)]
        self.called += [
            (key, other, language, _REGIONS[language], "translated") for language, other in name.others
        ]
        self._credits(key, culture, [(crew_first, 1.0, 1), *_CREW[1:]], _cast_size(chance, share))
        if chance.random() < 0.95:
            self.ids.append((key, None, "imdb", f"tt{50_000_000 + key}"))
        if chance.random() < 0.6:
            self.ids.append((key, None, tmdb, str(50_000_000 + key)))
        if chance.random() < 0.3:
            self.scores.append(
                (
                    key,
                    "imdb",
                    round(min(9.5, max(1, chance.gauss(6.3, 1.2))), 1),
                    chance.randint(5, 90_000),
                    self.day.today,
                )
            )
        number = chance.choice((0, 1, 1, 2)) if share > 0.1 else chance.randint(2, 6)
        companies = {1 + int(self.sizes.companies * chance.random() ** 2) for _ in range(number)}
        for place, company in enumerate(sorted(companies)):
            part, country = ("production", None) if place < 2 else ("distribution", culture.countries[0])
            self.companies.append((key, company, part, country, place))
        if share < 0.06:
            self._lore(key, year, share)
        if key > 1 and chance.random() < 0.03:
            kind = chance.choice(("remake", "sequel", "sequel", "adaptation", "same_source"))
            self.relations.append((key, chance.randrange(1, key), kind))
        return list(genres)

    def _credits(self, key: int, culture: Culture, crew: list[tuple[str, float, int]], cast: int) -> None:
        chance = self.chance
        for trade, (role, known, most) in enumerate(crew, start=1):
            if chance.random() < known:
                for place, person in enumerate(self._people(chance.randint(1, most), trade)):
                    self.credits.append((key, person, role, place, "", False, ""))
        is_voiced = chance.random() < 0.05
        for place, person in enumerate(self._people(cast, 0)):
            character = names.character_name(chance) if chance.random() < 0.8 else ""
            credited = names.person_name(chance, culture).latin if chance.random() < 0.01 else ""
            self.credits.append((key, person, "actor", place, character, is_voiced, credited))

    def _people(self, number: int, trade: int) -> list[int]:
        """So many people, the busy ones of a trade (0 to 7) again and again."""
        chance, people = self.chance, self.sizes.people
        drawn = {
            # Neighbours in rank lie far apart in number, and each trade has busy people of its own.
            (int(people * chance.random() ** 1.8) * 7919 + trade * 104_729) % people + 1
            for _ in range(number)
        }
        return sorted(drawn, key=lambda person: person * 2_654_435_761 % 4_294_967_296)

    def _releases(self, key: int, culture: Culture, released: date, share: float) -> None:
        chance = self.chance
        self.releases.append((key, culture.countries[0], "cinema", released.isoformat(), ""))
        for country in chance.sample(
            _COUNTRIES, chance.randint(0, 3) if share > 0.01 else chance.randint(5, 14)
        ):
            day = min(released + timedelta(days=chance.randint(5, 400)), self.day.today)
            kind = chance.choice(("cinema", "cinema", "festival", "video", "vod", "tv"))
            written = day.isoformat()[: chance.choice((4, 7, 10, 10, 10))]
            self.releases.append((key, country, kind, written, chance.choice(("", "", "12", "16"))))

    def _lore(self, key: int, year: int, share: float) -> None:
        """What is known of the better known: prizes, places, trivia and links."""
        chance = self.chance
        for award in chance.sample(
            self.awards, chance.randint(0, 2) if share > 0.01 else chance.randint(1, 6)
        ):
            for category in chance.sample(CATEGORIES, chance.randint(1, 4)):
                self.nominations.append((key, award, max(year, 1920), category, chance.random() < 0.25, None))
        for place in chance.sample(PLACES, chance.randint(0, 3)):
            self.places.append((key, place, chance.choice(_COUNTRIES)))
        for text in chance.sample(
            sentences.TRIVIA, chance.randint(0, 2) if share > 0.01 else chance.randint(1, 5)
        ):
            self.trivia.append(
                (key, text, "en", "The booklet of the restored edition", chance.random() < 0.1)
            )
        self.links.append((key, None, "official", "", f"https://films.example.org/{key}"))


def _partial_date(chance: random.Random, year: int) -> str:
    roll = chance.random()
    if roll < 0.2:
        return f"{year}"
    if roll < 0.3:
        return f"{year}-{chance.randint(1, 12):02}"
    return f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _alternatives(chance: random.Random, share: float) -> int:
    if share < 0.01:
        return 11
    return chance.randint(2, 6) if share < 0.1 else chance.choice((0, 0, 1, 1, 2))


def _cast_size(chance: random.Random, share: float) -> int:
    if share < 0.001:
        return chance.randint(100, 220)
    if share < 0.01:
        return chance.randint(50, 80)
    return chance.randint(16, 34) if share < 0.1 else chance.randint(1, 9)
