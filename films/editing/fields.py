"""Every fact of a title and of a person that may be corrected, in the order in which a form asks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from films.editing.parts import BIG_NUMBER, Part, PartKind, Words
from films.editing.stores import (
    Codes,
    Column,
    Columns,
    Genres,
    Item,
    Rows,
    RowsOfPerson,
    Store,
    Writing,
    words_of,
)
from films.models import (
    AlternativeTitle,
    ExternalId,
    Link,
    RelationKind,
    ReleaseKind,
    Role,
    TitleCompany,
    TitleKind,
    Video,
)
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR

FILM, SHOW, SEASON = TitleKind.FILM, TitleKind.SHOW, TitleKind.SEASON
EVERY_KIND: Final = frozenset(TitleKind)

# The parts of a form, and of a page of changes.
SECTIONS: Final[dict[str, Words]] = {
    "names": _("Names"),
    "facts": _("Facts"),
    "makers": _("Makers"),
    "cast": _("Cast"),
    "life": _("Life"),
    "releases": _("Releases and companies"),
    "story": _("Plot and tagline"),
    "biography": _("Biography"),
    "money": _("Money"),
    "places": _("Filming locations"),
    "awards": _("Awards"),
    "trivia": _("Trivia"),
    "links": _("Links, ids and videos"),
    "relations": _("Related titles"),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A fact that may be corrected. Its values are what JSON holds; `films.editing.stores` says which shapes."""

    key: str
    label: Words
    section: str
    store: Store
    # The kinds of titles that have it; of a person's fields it says nothing.
    kinds: frozenset[TitleKind] = EVERY_KIND
    help_text: Words = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.store.parts

    @property
    def is_list(self) -> bool:
        return self.store.is_list

    @property
    def is_needed(self) -> bool:
        """Whether nothing can be without it: a name, the number of a season."""
        return not self.is_list and len(self.parts) == 1 and self.parts[0].required

    def read(self, item: Item) -> Any:
        """The value as the database has it now. One query; `read_facts` reads many in one."""
        row = type(item)._default_manager.filter(pk=item.pk).values(fact=self.store.expression()).get()
        return self.store.value(row["fact"])

    def write(self, item: Item, value: Any, writing: Writing | None = None) -> None:
        """Store the value, without history: `films.services.editing.write_facts` does it with everything.

        A value that cannot be stored raises `CannotStore`.
        """
        if value is None and self.is_list:
            value = []
        self.store.write(item, value, writing or Writing())

    def show(self, value: Any) -> list[str]:
        """The value as lines of text in the reader's language; nothing for nothing."""
        return self.store.show(value)

    def same(self, first: Any, second: Any) -> bool:
        """Whether two values say the same."""
        return self.store.same(first, second)


def _column(
    key: str, label: Words, section: str, *, kinds: frozenset[TitleKind] = EVERY_KIND, **part: Any
) -> Field:
    return Field(
        key=key, label=label, section=section, kinds=kinds, store=Column(Part(key=key, label=label, **part))
    )


def _year(key: str, label: Words, **more: Any) -> Field:
    return _column(
        key,
        label,
        "facts",
        kind=PartKind.NUMBER,
        smallest=FIRST_FILM_YEAR,
        largest=LAST_FILM_YEAR,
        **more,
    )


def _money(key: str, label: Words, *, dated: bool) -> Field:
    parts = [
        Part(
            key="amount",
            label=_("amount"),
            kind=PartKind.NUMBER,
            column=key,
            largest=BIG_NUMBER,
            required=True,
        ),
        Part(
            key="currency",
            label=_("currency"),
            kind=PartKind.CURRENCY,
            column=f"{key}_currency",
            length=3,
            required=True,
        ),
    ]
    if dated:
        parts.append(
            Part(key="date", label=_("date"), kind=PartKind.PARTIAL_DATE, column=f"{key}_date", length=10)
        )
    return Field(key=key, label=label, section="money", kinds=frozenset({FILM}), store=Columns(tuple(parts)))


def _text(key: str, label: Words, section: str, *, authored: bool) -> Field:
    parts = [
        Part(key="text", label=label, kind=PartKind.TEXT, column=key, length=10_000, required=True),
        Part(
            key="language",
            label=_("language"),
            kind=PartKind.LANGUAGE,
            column=f"{key}_language",
            required=True,
        ),
        Part(key="source", label=_("source of the text"), column=f"{key}_source", said=_("source: {}")),
    ]
    if authored:
        parts.append(Part(key="author", label=_("author"), kind=PartKind.AUTHOR, column=f"{key}_author"))
    return Field(key=key, label=label, section=section, store=Columns(tuple(parts)))


_PERSON = Part(key="person", label=_("name"), kind=PartKind.PERSON, length=200, required=True)
_CREDITED_AS = Part(key="credited_as", label=_("credited as"), length=200, said=_("credited as “{}”"))
_NOTE = Part(key="note", label=_("what exactly"), length=100)
_PLAYED = (
    Part(key="character", label=_("character"), length=200, said=_("as {}")),
    Part(key="is_voice", label=_("voice"), kind=PartKind.FLAG),
)
_LANGUAGE = Part(key="language", label=_("language"), kind=PartKind.LANGUAGE)
_COUNTRY = Part(key="country", label=_("country"), kind=PartKind.COUNTRY)

# The credits of a role are one fact, so that a correction of the cast says nothing about the composer.
CREDIT_FIELDS: Final[dict[Role, tuple[str, Words]]] = {
    Role.DIRECTOR: ("directors", _("Directors")),
    Role.CREATOR: ("creators", _("Creators")),
    Role.WRITER: ("writers", _("Writers")),
    Role.PRODUCER: ("producers", _("Producers")),
    Role.ACTOR: ("cast", _("Cast")),
    Role.MUSIC: ("music", _("Music")),
    Role.CINEMATOGRAPHY: ("cinematography", _("Cinematography")),
    Role.EDITING: ("editing", _("Editing")),
    Role.PRODUCTION_DESIGN: ("design", _("Production design")),
}


def _credits(role: Role, key: str, label: Words) -> Field:
    parts = (_PERSON, *(_PLAYED if role is Role.ACTOR else ()), _CREDITED_AS, _NOTE)
    return Field(
        key=key,
        label=label,
        section="cast" if role is Role.ACTOR else "makers",
        store=Rows(
            "Credit", parts, order=("position", "id"), only=(("role", role.value),), has_positions=True
        ),
    )


def _external_ids(of_person: bool) -> Field:
    people_only = {ExternalId.Source.TMDB_PERSON}
    titles_only = {ExternalId.Source.TMDB_MOVIE, ExternalId.Source.TMDB_TV, ExternalId.Source.MOVIELENS}
    other = titles_only if of_person else people_only
    choices = [choice for choice in ExternalId.Source.choices if choice[0] not in other]
    parts = (
        Part(
            key="source", label=_("catalogue"), kind=PartKind.CHOICE, choices=words_of(choices), required=True
        ),
        Part(key="value", label=_("id"), length=40, required=True),
    )
    store = RowsOfPerson if of_person else Rows
    return Field(
        key="external_ids",
        label=_("Ids in other catalogues"),
        section="links",
        store=store("ExternalId", parts, order=("source", "id")),
    )


def _links(of_person: bool) -> Field:
    parts = (
        Part(
            key="kind",
            label=_("kind"),
            kind=PartKind.CHOICE,
            choices=words_of(Link.Kind.choices),
            required=True,
        ),
        Part(key="label", label=_("label"), length=100),
        Part(key="url", label=_("address"), kind=PartKind.URL, length=500, required=True),
    )
    store = RowsOfPerson if of_person else Rows
    return Field(key="links", label=_("Links"), section="links", store=store("Link", parts))


_ABOUT_TITLE: tuple[Field, ...] = (
    _column("name", _("Name"), "names", required=True, kinds=frozenset({FILM, SHOW})),
    _column(
        "sort_name", _("Sort name"), "names", kinds=frozenset({FILM, SHOW}), help_text=_("“Matrix, The”")
    ),
    _column("original_name", _("Original name"), "names"),
    _column("original_language", _("Original language"), "names", kind=PartKind.LANGUAGE),
    Field(
        key="alternative_titles",
        label=_("Alternative titles"),
        section="names",
        store=Rows(
            "AlternativeTitle",
            (
                Part(key="name", label=_("name"), required=True),
                _LANGUAGE,
                Part(key="region", label=_("country"), kind=PartKind.REGION),
                Part(
                    key="kind",
                    label=_("kind"),
                    kind=PartKind.CHOICE,
                    choices=words_of(AlternativeTitle.Kind.choices),
                    required=True,
                ),
            ),
        ),
    ),
    _column(
        "season_number",
        _("Season number"),
        "facts",
        kind=PartKind.NUMBER,
        required=True,
        kinds=frozenset({SEASON}),
    ),
    _year("year", _("Year")),
    _year("end_year", _("Last year"), kinds=frozenset({SHOW})),
    _column("released_on", _("First public showing"), "facts", kind=PartKind.DATE),
    _column("minutes", _("Minutes"), "facts", kind=PartKind.NUMBER, smallest=1),
    _column(
        "episodes", _("Episodes"), "facts", kind=PartKind.NUMBER, smallest=1, kinds=frozenset({SHOW, SEASON})
    ),
    Field(
        key="genres",
        label=_("Genres"),
        section="facts",
        store=Genres(Part(key="genre", label=_("genre"), kind=PartKind.GENRE, required=True)),
        help_text=_("The main genre first"),
    ),
    Field(
        key="countries",
        label=_("Countries"),
        section="facts",
        store=Codes(
            "countries", Part(key="country", label=_("country"), kind=PartKind.COUNTRY, required=True)
        ),
    ),
    Field(
        key="languages",
        label=_("Languages"),
        section="facts",
        store=Codes(
            "languages", Part(key="language", label=_("language"), kind=PartKind.LANGUAGE, required=True)
        ),
    ),
    _column(
        "based_on", _("Based on"), "facts", help_text=_("A novel, a play, a true story: work and author")
    ),
    *(_credits(role, key, label) for role, (key, label) in CREDIT_FIELDS.items()),
    Field(
        key="releases",
        label=_("Releases"),
        section="releases",
        store=Rows(
            "Release",
            (
                Part(key="date", label=_("date"), kind=PartKind.PARTIAL_DATE, length=10, required=True),
                _COUNTRY,
                Part(
                    key="kind",
                    label=_("kind"),
                    kind=PartKind.CHOICE,
                    choices=words_of(ReleaseKind.choices),
                    required=True,
                ),
                Part(key="note", label=_("note"), length=120),
                Part(key="certificate", label=_("age rating"), length=20),
            ),
            order=("date", "id"),
        ),
    ),
    Field(
        key="companies",
        label=_("Companies"),
        section="releases",
        store=Rows(
            "TitleCompany",
            (
                Part(key="company", label=_("company"), kind=PartKind.COMPANY, length=200, required=True),
                Part(
                    key="part",
                    label=_("part"),
                    kind=PartKind.CHOICE,
                    choices=words_of(TitleCompany.Part.choices),
                    required=True,
                ),
                Part(key="country", label=_("in country"), kind=PartKind.COUNTRY),
            ),
            order=("position", "id"),
            has_positions=True,
        ),
    ),
    _column("tagline", _("Tagline"), "story"),
    _text("plot", _("Plot"), "story", authored=True),
    _money("budget", _("Budget"), dated=False),
    _money("opening", _("Opening weekend"), dated=True),
    _money("gross", _("Gross"), dated=True),
    Field(
        key="filming_locations",
        label=_("Filming locations"),
        section="places",
        store=Rows(
            "FilmingLocation",
            (
                Part(key="place", label=_("place"), length=200, required=True),
                _COUNTRY,
                Part(key="note", label=_("what was shot there"), length=200),
            ),
        ),
    ),
    Field(
        key="nominations",
        label=_("Awards and nominations"),
        section="awards",
        store=Rows(
            "Nomination",
            (
                Part(key="award", label=_("award"), kind=PartKind.AWARD, length=120, required=True),
                Part(
                    key="year",
                    label=_("year"),
                    kind=PartKind.NUMBER,
                    smallest=FIRST_FILM_YEAR,
                    largest=LAST_FILM_YEAR,
                    required=True,
                ),
                Part(key="category", label=_("category"), length=160),
                Part(key="won", label=_("won"), kind=PartKind.FLAG),
                Part(key="person", label=_("person"), kind=PartKind.PERSON, length=200),
            ),
            order=("year", "award__name", "id"),
        ),
    ),
    Field(
        key="trivia",
        label=_("Trivia"),
        section="trivia",
        store=Rows(
            "Trivia",
            (
                Part(key="text", label=_("text"), kind=PartKind.TEXT, length=1000, required=True),
                Part(key="language", label=_("language"), kind=PartKind.LANGUAGE, required=True),
                Part(key="source", label=_("source"), length=300, required=True, said=_("source: {}")),
                Part(key="is_spoiler", label=_("spoiler"), kind=PartKind.FLAG),
                Part(key="author", label=_("author"), kind=PartKind.AUTHOR),
            ),
            # What a moderator took away stays where it is, and no correction of the others touches it.
            only=(("is_removed", False),),
        ),
    ),
    _external_ids(of_person=False),
    _links(of_person=False),
    Field(
        key="videos",
        label=_("Videos"),
        section="links",
        store=Rows(
            "Video",
            (
                Part(
                    key="kind",
                    label=_("kind"),
                    kind=PartKind.CHOICE,
                    choices=words_of(Video.Kind.choices),
                    required=True,
                ),
                Part(
                    key="provider",
                    label=_("provider"),
                    kind=PartKind.CHOICE,
                    choices=words_of(Video.Provider.choices),
                    required=True,
                ),
                Part(key="key", label=_("id"), length=40, required=True, pattern=r"[A-Za-z0-9_-]+"),
                Part(key="name", label=_("name"), length=150, required=True),
                _LANGUAGE,
            ),
        ),
    ),
    Field(
        key="relations",
        label=_("Related titles"),
        section="relations",
        help_text=_(
            "A relation stands in the form of one of the two: of the sequel, the remake, the spin-off or the adaptation."
        ),
        store=Rows(
            "Relation",
            (
                Part(
                    key="kind",
                    label=_("relation"),
                    kind=PartKind.CHOICE,
                    choices=words_of(RelationKind.choices),
                    required=True,
                ),
                Part(key="other", label=_("title"), kind=PartKind.TITLE, required=True),
            ),
        ),
    ),
)

_ABOUT_PERSON: tuple[Field, ...] = (
    _column("name", _("Name"), "names", required=True, length=200),
    _column("sort_name", _("Sort name"), "names", length=200, help_text=_("“Varda, Agnès”")),
    Field(
        key="names",
        label=_("Other names"),
        section="names",
        store=RowsOfPerson(
            "PersonName", (Part(key="name", label=_("name"), length=200, required=True), _LANGUAGE)
        ),
    ),
    _column("born", _("Born"), "life", kind=PartKind.PARTIAL_DATE, length=10),
    _column("died", _("Died"), "life", kind=PartKind.PARTIAL_DATE, length=10),
    _column("birthplace", _("Birthplace"), "life", length=200),
    _column("deathplace", _("Place of death"), "life", length=200),
    _column("country", _("Country"), "life", kind=PartKind.COUNTRY),
    _text("biography", _("Biography"), "biography", authored=False),
    _external_ids(of_person=True),
    _links(of_person=True),
)


def _by_key(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.key: field for field in fields}


FIELDS_OF_TITLE: Final = _by_key(_ABOUT_TITLE)
FIELDS_OF_PERSON: Final = _by_key(_ABOUT_PERSON)
