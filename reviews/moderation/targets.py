"""What members make and what can be reported of it: of each kind the words that are judged, whose they are, and where they
stand. A decision's work on each lives in `reviews.services.matters`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.models import Member, Section
from accounts.usernames import is_given_name
from films.duplicates import standing_title_id
from films.models import Change, Person, Title, Trivia
from filmsite.lib.inputs import fits_bigint, number_in
from filmsite.lib.languages import UNKNOWN
from reviews.correcting.permissions import section_of
from reviews.correcting.presenting import address_of_text, name_of_text
from reviews.models import MATTER_COLUMNS, Case, Matter, Review, Revision, TitleList, Translation
from reviews.sources import source_behind, source_of, with_sources

Row = Review | Title | Person | Trivia | Translation | TitleList | Member

# A list may have thousands of notes; a moderator reads no more of them than this many characters.
LONGEST_LIST: Final = 100_000


@dataclass(frozen=True)
class Words:
    """What is judged. `picture` is the name in storage of a picture, `revision` the state of a message."""

    text: str = ""
    headline: str = ""
    language: str = UNKNOWN
    picture: str = ""
    revision: Revision | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.headline or self.picture)


@dataclass(frozen=True)
class Target:
    """Something that a case is about: a kind, and the row behind it. Load the row by `load_target` or `target_of`'s needs."""

    matter: Matter
    row: Any

    @property
    def filter(self) -> dict[str, Any]:
        """The columns of a case about this, for a filter or a new row."""
        return {"matter": self.matter, MATTER_COLUMNS[self.matter]: self.row}

    @property
    def section(self) -> str:
        """The section whose moderators look after it."""
        match self.row:
            case Review():
                return self.row.subject.section
            case Title() | Person():
                return self.row.section
            case Trivia():
                return self.row.title.section
            case Translation():
                source = source_behind(self.row)
                return Section.MEMBERS if source is None else section_of(source)
            case _:
                return Section.MEMBERS

    @cached_property
    def author(self) -> Member | None:
        """Whose it is. Of a biography whoever wrote it last, by its history: one query."""
        match self.row:
            case Review() | Trivia():
                return self.row.author
            case Title():
                return self.row.plot_author
            case Person():
                return _biographer_of(self.row)
            case Translation():
                return self.row.corrected_by
            case TitleList():
                return self.row.owner
            case _:
                member: Member = self.row
                return member

    @cached_property
    def words(self) -> Words:
        """The words or the picture as they stand. One query for a message and for a list."""
        return _WORDS[self.matter](self.row)

    @property
    def stands(self) -> bool:
        """Whether there is something that readers can see: not of what was taken back, removed or never written. Asks nothing."""
        match self.row:
            case Review():
                return self.row.is_published
            case TitleList() | Trivia():
                return not self.row.is_removed
            case Translation():
                return self.row.is_readable and self.row.corrected_by_id is not None
            case Title():
                return bool(self.row.plot)
            case Person():
                return bool(self.row.biography)
        match self.matter:
            case Matter.ABOUT:
                return bool(self.row.about)
            case Matter.PICTURE:
                return bool(self.row.avatar)
            case Matter.NAME:
                return not is_given_name(self.row.username, self.row.pk)
        return False

    @property
    def name(self) -> str:
        """What it is called, in a few words."""
        match self.matter:
            case Matter.REVIEW:
                about = self.row.subject.display_name
                return _("%(name)s about %(about)s") % {"name": self.row.author.shown_name, "about": about}
            case Matter.PLOT:
                return _("The plot of %(about)s") % {"about": self.row.display_name}
            case Matter.TRIVIA:
                return _("A fact about %(about)s") % {"about": self.row.title.display_name}
            case Matter.BIOGRAPHY:
                return _("The biography of %(about)s") % {"about": self.row.display_name}
            case Matter.TRANSLATION:
                return _("A translation of: %(name)s") % {"name": name_of_text(self.row)}
            case Matter.LIST:
                return self.row.display_name
            case Matter.ABOUT:
                return _("What %(name)s says about themselves") % {"name": self.row.shown_name}
            case Matter.PICTURE:
                return _("The picture of %(name)s") % {"name": self.row.shown_name}
        return str(self.row.shown_name)

    @property
    def url(self) -> str:
        """Where it stands."""
        match self.row:
            case Title():
                return f"{self.row.get_absolute_url()}#plot"
            case Trivia():
                return f"{self.row.title.get_absolute_url()}#trivia-{self.row.pk}"
            case Person():
                return f"{self.row.get_absolute_url()}#biography"
            case Translation():
                return address_of_text(self.row)
        address: str = self.row.get_absolute_url()
        return address


def target_of(matter: str, row: Row) -> Target:
    """What a case of this matter about this row is about. The row needs loaded what `load_target` loads along."""
    return Target(Matter(matter), row)


def load_target(matter: str, pk: int) -> Target | None:
    """What stands there by that number, or what is left of it; None where there is nothing, and of votes. One query."""
    if matter not in _ROWS or not fits_bigint(pk):
        return None
    row = _ROWS[Matter(matter)]().filter(pk=pk).first()
    return None if row is None else Target(Matter(matter), row)


def load_targets(numbers: Iterable[tuple[Matter, int]]) -> dict[tuple[Matter, int], Target]:
    """`load_target` for many, by matter and number; without those of which nothing is left. One query for each matter."""
    by_matter: dict[Matter, set[int]] = defaultdict(set)
    for matter, pk in numbers:
        by_matter[matter].add(pk)
    return {
        (matter, pk): Target(matter, row)
        for matter, pks in by_matter.items()
        for pk, row in _ROWS[matter]().in_bulk(pks).items()
    }


def target_about(case: Case) -> Target | None:
    """What a case is about; None where that is gone. One query."""
    pk = getattr(case, f"{MATTER_COLUMNS[Matter(case.matter)]}_id")
    return None if pk is None else load_target(case.matter, pk)


def attach_rows(cases: Sequence[Case]) -> Sequence[Case]:
    """Load what the cases are about, with what its name and address need: one query for each matter among them."""
    by_matter: dict[Matter, list[Case]] = defaultdict(list)
    for case in cases:
        by_matter[Matter(case.matter)].append(case)
    for matter, alike in by_matter.items():
        column = MATTER_COLUMNS[matter]
        numbers = {getattr(case, f"{column}_id") for case in alike} - {None}
        rows = _ROWS[Matter.PLOT if matter == Matter.VOTES else matter]().in_bulk(numbers)
        for case in alike:
            if (row := rows.get(getattr(case, f"{column}_id"))) is not None:
                setattr(case, column, row)
    return cases


def target_at(path: str) -> Target | None:
    """What stands at an address of this site (with or without its host), or None where members made nothing.

    The part behind the # chooses between the things of one page: "#review-12", "#trivia-3". Of a page of a title it is
    the plot, of a person's the biography, of a member's what they say about themselves, or their picture.
    """
    try:
        parts = urlsplit(path.strip())
    except ValueError:
        return None
    home = urlsplit(settings.FILMSITE_URL)
    if parts.netloc and parts.netloc.casefold() != home.netloc.casefold():
        return None
    named, _dash, number = parts.fragment.rpartition("-")
    pk = number_in(number)
    if pk is not None and named in (Matter.REVIEW, Matter.TRIVIA):
        return load_target(named, pk)
    place = unquote(parts.path)
    if place.startswith(settings.MEDIA_URL):
        return _target_of_file(place.removeprefix(settings.MEDIA_URL))
    try:
        found = resolve(place)
    except Resolver404:
        return None
    return _target_of_page(found.view_name, found.kwargs, parts.fragment)


def _target_of_page(name: str, named: Mapping[str, Any], fragment: str) -> Target | None:
    pk = named.get("pk", 0)
    match name.partition(":")[2].partition("-")[0], name:
        case _, "reviews:list":
            return load_target(Matter.LIST, pk)
        case "review", _:
            return load_target(Matter.REVIEW, pk)
        case "translation", _:
            return load_target(Matter.TRANSLATION, pk)
        case _, "films:person-detail":
            return load_target(Matter.BIOGRAPHY, pk)
        case "film" | "show", _:
            return load_target(Matter.PLOT, standing_title_id(pk) or 0) if fits_bigint(pk) else None
        case "season", _:
            season = Title.objects.filter(parent=pk, season_number=named["number"], merged_into=None).first()
            return None if season is None else load_target(Matter.PLOT, season.pk)
        case "member", _:
            return _target_of_member(named["username"], fragment)
    return None


def _target_of_member(username: str, fragment: str) -> Target | None:
    member = Member.objects.filter(username__iexact=username).first()
    if member is None:
        return None
    if fragment in (Matter.PICTURE, Matter.NAME):
        return Target(Matter(fragment), member)
    return Target(Matter.PICTURE if member.avatar and not member.about else Matter.ABOUT, member)


def _target_of_file(name: str) -> Target | None:
    """The picture of a member, by the address of one of its files."""
    key = name.rpartition("-")[0]
    member = Member.objects.filter(avatar__startswith=f"{key}-").first() if key else None
    return None if member is None else Target(Matter.PICTURE, member)


def _biographer_of(person: Person) -> Member | None:
    change = (
        Change.objects.filter(person=person, field="biography")
        .exclude(origin=Change.Origin.MODERATION)
        .select_related("actor", "proposal__author")
        .first()
    )
    if change is None:
        return None
    return change.proposal.author if change.proposal is not None else change.actor


def _words_of_review(review: Review) -> Words:
    revision = review.revisions.filter(number=review.revision_number).first()
    return Words(review.body, review.headline, review.language, revision=revision)


def _words_of_list(found: TitleList) -> Words:
    """Its name, what it says it is, and its notes in order, each behind the name of its title."""
    noted = found.entries.exclude(note="").select_related("title").order_by("position")
    lines = [found.description, *(f"{entry.title}: {entry.note}" for entry in noted.iterator())]
    source = source_of(found)
    language = UNKNOWN if source is None else source.language
    return Words("\n\n".join(line for line in lines if line)[:LONGEST_LIST], found.name, language)


def _words_about(member: Member) -> Words:
    source = source_of(member)
    return Words(member.about, language=UNKNOWN if source is None else source.language)


_WORDS: Final[Mapping[Matter, Callable[[Any], Words]]] = {
    Matter.REVIEW: _words_of_review,
    Matter.PLOT: lambda title: Words(title.plot, language=title.plot_language or UNKNOWN),
    Matter.TRIVIA: lambda trivia: Words(trivia.text, language=trivia.language),
    Matter.BIOGRAPHY: lambda person: Words(person.biography, language=person.biography_language or UNKNOWN),
    Matter.TRANSLATION: lambda row: Words(row.body, row.headline, row.target),
    Matter.LIST: _words_of_list,
    Matter.ABOUT: _words_about,
    Matter.PICTURE: lambda member: Words(picture=member.avatar),
    Matter.NAME: lambda member: Words(headline=member.username),
    Matter.CONDUCT: lambda member: Words(),
}

_ROWS: Final[Mapping[Matter, Callable[[], "QuerySet[Any]"]]] = {
    Matter.REVIEW: lambda: Review.objects.with_subject().select_related("author"),
    Matter.PLOT: lambda: Title.objects.select_related("plot_author", "parent"),
    Matter.TRIVIA: lambda: Trivia.objects.select_related("title", "author"),
    Matter.BIOGRAPHY: lambda: Person.objects.all(),
    Matter.TRANSLATION: lambda: with_sources(Translation.objects.select_related("corrected_by")),
    Matter.LIST: lambda: TitleList.objects.select_related("owner"),
    Matter.ABOUT: lambda: Member.objects.all(),
    Matter.PICTURE: lambda: Member.objects.all(),
    Matter.NAME: lambda: Member.objects.all(),
    Matter.CONDUCT: lambda: Member.objects.all(),
}
