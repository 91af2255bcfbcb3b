"""Finding titles, people and members by any of their names, however they are spelled.

Every name is stored in one form (`normalise`) in one table, `SearchName`; what is typed is brought to the same
form. Another engine can stand behind `search()` one day: nothing else reads that table.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

import structlog
from django.contrib.postgres.search import TrigramSimilarity
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Greatest, Length

from accounts.models import Member
from accounts.usernames import skeleton
from films.models import Credit, Person, SearchName, Title
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR

log = structlog.get_logger("filmsite.search")

Kind = Literal["title", "person", "member"]
KINDS: Final[tuple[Kind, ...]] = ("title", "person", "member")

NORM_LENGTH: Final = 320
# Shorter queries share too many trigrams with everything for similarity to mean much.
FUZZY_LETTERS: Final = 5
# A part of a name is worth looking for from three letters on: below, the trigram index cannot help.
PART_LETTERS: Final = 3
# A search that takes longer gives what it has found by then.
TIMEOUT_MS: Final = 800

# --- One form for every spelling ------------------------------------------------------------------------

# Letters that are no base letter plus mark, so that decomposing leaves them as they are; and the Arabic forms
# of letters that Persian keyboards write differently.
_LETTERS: Final = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ہ": "ه", "ھ": "ه",
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "&": " and ",
        "ـ": None,
    }
)  # fmt: skip
_ELISION: Final = re.compile(r"\b([ldmnstcj]|qu)['’ʼ`](?=\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_ARTICLES: Final = frozenset(
    {
        "the", "a", "an", "de", "het", "een", "der", "die", "das", "ein", "eine", "le", "la", "les", "l", "un", "une",
        "el", "los", "las", "una", "il", "lo", "gli", "um", "uma",
    }
)  # fmt: skip
_VARIATION: Final = re.compile("[\ufe00-\ufe0f]")
_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


def normalise(text: str) -> str:
    """Bring a name to the form in which it is found.

    Lower case, without accents and other marks, Arabic letters as Persian writes them, digits as 0 to 9, and one
    space for every run of anything else (a zero-width non-joiner included). Normalising twice changes nothing.
    """
    text = unicodedata.normalize("NFKD", text.casefold()).casefold()
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text.translate(_LETTERS)))
    text = "".join(_letter_or_space(character) for character in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:NORM_LENGTH].rstrip()


def _letter_or_space(character: str) -> str:
    # Vowel signs of Thai or Hindi are marks, but no accents: they carry the word.
    if character.isalpha() or (unicodedata.category(character)[0] == "M" and not _VARIATION.match(character)):
        return character
    digit = unicodedata.digit(character, None)
    return " " if digit is None else str(digit)


def without_article(norm: str) -> str:
    """ "the matrix" -> "matrix"; a name that is nothing but an article stays."""
    first, _, rest = norm.partition(" ")
    return rest if rest and first in _ARTICLES else norm


def forms_of(names: Iterable[str]) -> set[str]:
    """Everything under which something with these names is stored: each in one form, with and without article."""
    norms = {normalise(name) for name in names}
    return {form for norm in norms for form in (norm, without_article(norm)) if form}


# --- Searching ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """Something found. `matched` is the other name that led to it, empty when its own name did."""

    kind: Kind
    item: Title | Person | Member
    matched: str = ""
    matched_language: str = ""
    # For a person: their best-known work.
    known_for: Credit | None = None


def search(query: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS, fuzzy: bool = True) -> list[Hit]:
    """Find what is called like `query`, best first, at most `limit` of each kind, kind after kind.

    Names that begin with the query come before names that contain it, and only where those are few are similar
    names looked for. A year narrows the titles ("heat 1995"). `fuzzy=False` is for every key that is pressed.
    A constant number of queries; one that takes longer than `TIMEOUT_MS` counts as having found nothing.
    """
    norm = normalise(query)
    hits: list[Hit] = []
    if norm and "title" in kinds:
        hits += _title_hits(norm, query, limit=limit, fuzzy=fuzzy)
    if norm and "person" in kinds:
        hits += _person_hits(norm, limit=limit, fuzzy=fuzzy)
    if "member" in kinds:
        hits += _member_hits(query, limit=limit)
    return hits


def title_ids_like(query: str, *, limit: int = 200) -> list[int]:
    """The ids of titles called like `query`, best first."""
    return [key for key, _ in _titles_like(normalise(query), limit=limit, fuzzy=True)]


def person_ids_like(query: str, *, limit: int = 200) -> list[int]:
    """The ids of people called like `query`, best first."""
    return [
        key
        for key, _ in _find(SearchName.objects.filter(title=None), "person_id", normalise(query), limit, True)
    ]


def _title_hits(norm: str, query: str, *, limit: int, fuzzy: bool) -> list[Hit]:
    found = dict(_titles_like(norm, limit=limit, fuzzy=fuzzy))
    titles = Title.objects.for_card().prefetch_related("alternative_titles").in_bulk(found)
    return [_title_hit(titles[key], found[key]) for key in found if key in titles]


def _title_hit(title: Title, norm: str) -> Hit:
    if norm in forms_of([title.name]):
        return Hit("title", title)
    for other in title.alternative_titles.all():
        if norm in forms_of([other.name]):
            return Hit("title", title, matched=other.name, matched_language=other.language)
    return Hit("title", title, matched=title.original_name, matched_language=title.original_language)


def _person_hits(norm: str, *, limit: int, fuzzy: bool) -> list[Hit]:
    names = SearchName.objects.filter(title=None)
    found = [key for key, _ in _find(names, "person_id", norm, limit, fuzzy)]
    people = Person.objects.in_bulk(found)
    best_known = {
        credit.person_id: credit
        for credit in Credit.objects.filter(person__in=found)
        .select_related("title")
        .order_by("person", F("title__totals__vote_count").desc(nulls_last=True), "id")
        .distinct("person")
    }
    return [Hit("person", people[key], known_for=best_known.get(key)) for key in found if key in people]


def _member_hits(query: str, *, limit: int) -> list[Hit]:
    name = query.strip().removeprefix("@")
    if not 2 <= len(name) <= 30 or " " in name:
        return []
    members = (
        Member.objects.active()
        .filter(is_placeholder=False, username_skeleton__startswith=skeleton(name))
        .for_card()
        .order_by(Length("username"), "username")
    )
    return [Hit("member", member) for member in members[:limit]]


def _titles_like(norm: str, *, limit: int, fuzzy: bool) -> Iterator[tuple[int, str]]:
    """Ids of titles with the name that matched, best first; a year among the words narrows, if that finds any."""
    names = SearchName.objects.filter(person=None)
    found: dict[int, str] = {}
    year, rest = _year_in(norm)
    if year:
        # "Blade Runner 2049" is a name before it is a year.
        found.update(_find(names, "title_id", norm, limit, False))
        of_year = names.filter(title__year=year)
        for key, name in _find(of_year, "title_id", rest, limit, fuzzy):
            found.setdefault(key, name)
    if not found:
        found.update(_find(names, "title_id", norm, limit, fuzzy))
    yield from list(found.items())[:limit]


def _year_in(norm: str) -> tuple[int | None, str]:
    """Split "heat 1995" into 1995 and "heat"; a year that is the whole query is a name ("1984")."""
    for match in _YEAR.finditer(norm):
        rest = " ".join((norm[: match.start()] + norm[match.end() :]).split())
        if rest and FIRST_FILM_YEAR <= int(match[0]) <= LAST_FILM_YEAR:
            return int(match[0]), rest
    return None, norm


def _find(names: QuerySet[SearchName], key: str, norm: str, limit: int, fuzzy: bool) -> list[tuple[int, str]]:
    """Ids (`key` is the column) with the form of the name that matched: by beginning, by part, by likeness."""
    forms = [norm] if norm == without_article(norm) else [norm, without_article(norm)]
    found: dict[int, str] = {}

    def take(rows: QuerySet[SearchName]) -> None:
        # Several names of one title may match: more rows than hits are read.
        for item, name in rows.values_list(key, "norm")[: limit * 4]:
            if len(found) < limit:
                found.setdefault(item, name)

    if not norm:
        return []
    try:
        with _time_limit():
            begins = _any_of(Q(norm__startswith=form) for form in forms)
            is_whole = ExpressionWrapper(Q(norm__in=forms), output_field=BooleanField())
            # With its article first: "die hard" is not to drown in names that begin with "hard".
            as_typed = ExpressionWrapper(Q(norm__startswith=norm), output_field=BooleanField())
            take(names.filter(begins).order_by(is_whole.desc(), as_typed.desc(), "-popularity", key))
            if len(found) < limit and len(forms[-1]) >= PART_LETTERS:
                holds = _any_of(Q(norm__contains=form) for form in forms)
                take(names.filter(holds).order_by("-popularity", key))
            if fuzzy and len(found) < limit and len(forms[-1]) >= FUZZY_LETTERS:
                likeness = [TrigramSimilarity("norm", form) for form in forms]
                alike = _any_of(Q(norm__trigram_similar=form) for form in forms)
                score = Greatest(*likeness) if len(likeness) > 1 else likeness[0]
                take(names.filter(alike).annotate(score=score).order_by("-score", "-popularity", key))
    except OperationalError as error:
        log.warning("search cut short", query=norm, error=str(error))
    return list(found.items())


def _any_of(conditions: Iterable[Q]) -> Q:
    combined = Q()
    for condition in conditions:
        combined |= condition
    return combined


@contextmanager
def _time_limit() -> Iterator[None]:
    """A block whose statements PostgreSQL stops after `TIMEOUT_MS`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}")
        yield
        # Inside a longer transaction the limit would outlive this block.
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
