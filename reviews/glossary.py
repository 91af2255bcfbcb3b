"""The names in a text that the site knows, and what readers of another language know them by.

The catalogue is the glossary of the translations: a title goes by its name in the target language and leads to its page,
and so do people; their surnames alone stay as they are. Names are those of what the text is about, those linked as [[a title]], and those of any title that stands
in emphasis or quotation marks; staff add words of their own (`GlossaryTerm`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from django.db.models import Q
from django.urls import reverse

from films.known_names import name_known_in
from films.models import AlternativeTitle, Credit, Person, PersonName, SearchName, Title, TitleKind
from films.search import normalise
from films.search.judging import Query
from films.search.naming import titles_called
from filmsite.lib.languages import primary, same_language
from reviews.models import GlossaryTerm
from reviews.sources import Source
from reviews.translation.marked import Stretch, stretches
from reviews.translation.masking import Name, form_of
from reviews.translation.surnames import surname_of

# A single word in emphasis at the start of a sentence may be stress ("*Never* again"): it counts as a title that at
# least ten people voted on. In the steps of `SearchName.popularity`.
KNOWN_POPULARITY: Final = 48


def names_for(sources: Sequence[Source], *, src: str, dst: str) -> list[list[Name]]:
    """Give the names that occur in each text, for `translate_many`; the operator's words first, then the nearest names.

    A name of which it is not certain whose it is stays as it is written, and leads nowhere. Seven queries at most,
    whatever the number of texts.
    """
    standing_out = [stretches(source.body) for source in sources]
    linked = titles_called({one.text for some in standing_out for one in some if one.by == "link"})
    claims = _claims({one.text for some in standing_out for one in some if one.by != "link"})
    catalogue = _Catalogue.of(
        [source.subject for source in sources if source.subject is not None],
        {*linked.values(), *(claim.title_id for found in claims.values() for claim in found)},
        dst=dst,
    )
    terms = _terms(src, dst)
    return [
        _names_in(
            source,
            terms,
            [
                *catalogue.around(source),
                *_marked_names(some, linked, claims, catalogue),
                *catalogue.surnames_around(source),
            ],
        )
        for source, some in zip(sources, standing_out, strict=True)
    ]


def _terms(src: str, dst: str) -> list[Name]:
    rows = GlossaryTerm.objects.filter(source__in={src, primary(src)}, target__in={dst, primary(dst)})
    # The most exact pair first.
    found = sorted(rows, key=lambda row: (row.source != src, row.target != dst, row.pk))
    return [Name(row.term, row.rendering, kind="word") for row in found]


def _names_in(source: Source, terms: Iterable[Name], names: Iterable[Name]) -> list[Name]:
    """Only what occurs in the text: each name that is looked for costs a little in every sentence."""
    text = form_of(f"{source.headline}\n{source.body}".replace("\\", ""))
    found: dict[str, Name] = {}
    for name in (*terms, *names):
        form = form_of(name.written)
        if form and form in text:
            found.setdefault(form, name)
    return list(found.values())


# --- Names that stand out ---------------------------------------------------------------------------------


class _Claim(NamedTuple):
    """A title that is called so, and how its name is written."""

    title_id: int
    name: str
    popularity: int


def _claims(texts: Collection[str]) -> dict[str, list[_Claim]]:
    """The titles that claim each of these names: those called exactly so, or else those called so but for an article."""
    norms = {text: norm for text in texts if (norm := normalise(text))}
    rows = SearchName.objects.filter(
        title__isnull=False, title__merged_into=None, norm__in=set(norms.values())
    ).values_list("norm", "title_id", "other_name", "title__name", "popularity")
    by_norm: dict[str, dict[int, tuple[bool, _Claim]]] = defaultdict(dict)
    for norm, title_id, other_name, own_name, popularity in rows:
        name = other_name or own_name
        by_norm[norm][title_id] = normalise(name) == norm, _Claim(title_id, name, popularity)
    found: dict[str, list[_Claim]] = {}
    for text, norm in norms.items():
        claims = by_norm.get(norm, {}).values()
        exact = [claim for is_exact, claim in claims if is_exact]
        if claims:
            found[text] = exact or [claim for _is_exact, claim in claims]
    return found


def _marked_names(
    standing_out: Iterable[Stretch],
    linked: Mapping[str, int],
    claims: Mapping[str, Sequence[_Claim]],
    catalogue: "_Catalogue",
) -> list[Name]:
    found: list[Name] = []
    for one in standing_out:
        if one.by == "link":
            if one.text in linked:
                found += catalogue.called(linked[one.text], one.text)
            continue
        claimed = [claim for claim in claims.get(one.text, ()) if _is_meant(one, claim)]
        if len(claimed) == 1:
            found += catalogue.called(claimed[0].title_id, one.text)
        elif claimed:
            found.append(Name(one.text, kind=_kind_of(one.text)))
    return found


def _is_meant(one: Stretch, claim: _Claim) -> bool:
    """Whether words that stand out are meant as this name, and not as words."""
    if one.text[-1] in ".,;:!?…" and one.text[-1] != claim.name[-1]:
        return False
    # Found by its normal form, it lacks at most an article.
    exact = f" {_plain(claim.name)}".endswith(f" {_plain(one.text)}")
    if len(one.text.split()) == 1 and one.at_start and one.by == "emphasis":
        return exact and claim.popularity >= KNOWN_POPULARITY
    capitals = sum(word[:1].isupper() for word in one.text.split())
    # What somebody says stands in quotation marks too; it is not written like a name.
    return exact or capitals > 1 or (one.by == "emphasis" and len(one.text.split()) > 1)


def _plain(name: str) -> str:
    """A name for comparing capitals and all, but for the kind of apostrophe."""
    return " ".join(name.replace("’", "'").split())


def _kind_of(written: str) -> Literal["name", "marked"]:
    """One word may be just a word in another place; several in this order hardly are."""
    return "name" if len(written.split()) > 1 else "marked"


# --- Names of the catalogue -------------------------------------------------------------------------------


@dataclass
class _Known:
    """One title or person: its own name, all others with their language, and the address of its page."""

    own: str
    href: str
    # Its name in the target language, None where it has none of its own there.
    known_as: str | None
    others: list[tuple[str, str]] = field(default_factory=list)
    # Of a person: "Varda, Agnès".
    sort_name: str = ""

    def names(self) -> list[Name]:
        """Every way to write it. A name in some third language becomes the one that the site uses."""
        found = [Name(self.own, self.known_as or "", self.href)]
        for written, language in self.others:
            shown = self.known_as or (self.own if language else "")
            found.append(Name(written, shown, self.href))
        return found


@dataclass
class _Catalogue:
    """The titles and people that texts may be talking of, fetched for all of them at once."""

    titles: Mapping[int, _Known]
    people: Mapping[int, _Known]
    credits_of_titles: Mapping[int, Sequence[tuple[int, str, str]]]
    credits_of_people: Mapping[int, Sequence[tuple[int, str, str]]]

    @classmethod
    def of(cls, subjects: Sequence[Title | Person], title_ids: Collection[int], *, dst: str) -> "_Catalogue":
        own = {title.pk: title for title in subjects if isinstance(title, Title)}
        shows = {title.parent_id for title in own.values() if title.parent_id}
        people = {person.pk: person for person in subjects if isinstance(person, Person)}
        of_titles: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        of_people: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        wanted = Q(title__in={*own, *shows}) | Q(person__in=people)
        for credit in Credit.objects.filter(wanted).select_related("person").order_by("position", "id"):
            part = (credit.character, credit.credited_as)
            if credit.title_id in own or credit.title_id in shows:
                of_titles[credit.title_id].append((credit.person_id, *part))
                people.setdefault(credit.person_id, credit.person)
            else:
                of_people[credit.person_id].append((credit.title_id, *part))
        wanted_titles = {*title_ids, *shows, *(work for some in of_people.values() for work, *_ in some)}
        found = Title.objects.filter(pk__in=wanted_titles - own.keys(), merged_into=None)
        return cls(
            _known_titles([*own.values(), *found], dst),
            _known_people(people.values(), dst),
            of_titles,
            of_people,
        )

    def around(self, source: Source) -> list[Name]:
        """The names of what a text is about: of a season its show's, with the cast; of a person their work."""
        match source.subject:
            case Title(pk=pk, parent_id=show):
                titles, credits = [pk, *([show] if show else [])], self.credits_of_titles
                parts = [part for title in titles for part in credits.get(title, ())]
                found = [name for title in titles[::-1] for name in self.called(title)]
                return found + [name for part in parts for name in self._of_person(*part)]
            case Person(pk=pk):
                found = self.people[pk].names()
                for title, character, _credited_as in self.credits_of_people.get(pk, ()):
                    found += [*self.called(title), *_of_character(character)]
                return found
        return []

    def surnames_around(self, source: Source) -> list[Name]:
        """The surnames of who made or played in the title that a text is about, or of the person, for where they stand
        alone. They stay as they are and lead nowhere: it may be somebody else of that name.
        """
        match source.subject:
            case Title(pk=pk, parent_id=show):
                ids = [
                    part[0] for title in (pk, show) if title for part in self.credits_of_titles.get(title, ())
                ]
            case Person(pk=pk):
                ids = [pk]
            case _:
                ids = []
        people = [self.people[person] for person in dict.fromkeys(ids)]
        found = {surname_of(known.own, known.sort_name, language=source.language) for known in people}
        return [Name(surname, kind="surname") for surname in sorted(found - {""})]

    def called(self, title_id: int, written: str = "") -> list[Name]:
        """The names of a title, none of one that is gone.

        Those of a title that stands out somewhere as `written`, that name first, count only as certain as they are.
        """
        known = self.titles.get(title_id)
        if known is None:
            return []
        names = known.names()
        if not written:
            return names
        asked = Query(written)
        meant = next((name for name in names if normalise(name.written) in (asked.norm, asked.rest)), None)
        shown = meant.shown if meant else known.known_as or ""
        names = [Name(written, shown, known.href), *names]
        return [replace(name, kind=_kind_of(name.written)) for name in names]

    def _of_person(self, person_id: int, character: str, credited_as: str) -> list[Name]:
        known = self.people[person_id]
        found = known.names()
        if credited_as:
            found.append(Name(credited_as, "", known.href))
        return found + _of_character(character)


def _of_character(character: str) -> list[Name]:
    """A character keeps the name, and leads nowhere: who plays whom may be what a film is about."""
    return [Name(character)] if " " in character else []


def _known_titles(titles: Sequence[Title], dst: str) -> dict[int, _Known]:
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    columns = "title_id", "name", "language", "region", "kind"
    for row in AlternativeTitle.objects.filter(title__in=titles).order_by("pk").values(*columns):
        rows[row["title_id"]].append(row)
    found = {}
    for title in titles:
        known_as = name_known_in(dst, title, rows[title.pk])
        originals = [(title.original_name, title.original_language)] if title.original_name else []
        others = originals + [(row["name"], row["language"]) for row in rows[title.pk]]
        found[title.pk] = _Known(title.name, title.get_absolute_url(), known_as, others)
    for title in titles:
        if title.kind == TitleKind.SEASON and title.parent_id in found:
            # What a season is called is its show's name.
            season, show = found[title.pk], found[title.parent_id]
            season.known_as = season.known_as or show.known_as
            season.others += show.others
            season.href = reverse("films:show-detail", args=[title.parent_id, title.slug])
    return found


def _known_people(people: Collection[Person], dst: str) -> dict[int, _Known]:
    others: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in PersonName.objects.filter(person__in=people).order_by("pk"):
        others[row.person_id].append((row.name, row.language))
    found = {}
    for person in people:
        names = others[person.pk]
        known_as = next((name for name, language in names if same_language(language, dst)), None)
        found[person.pk] = _Known(
            person.name, person.get_absolute_url(), known_as, names, sort_name=person.sort_name
        )
    return found
