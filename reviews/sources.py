"""The words behind a translation: what a text says now, in which language, and whether it may be translated.

Reviews keep these as columns; of other texts (a plot, a fact, a biography, a list, what a member says of themselves,
a note in a diary or a list) they are told from the row they stand in. Nothing here asks the database for rows that are
loaded already.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

from accounts.models import Audience, Member, TranslationConsent
from films.models import Person, Title, Trivia
from filmsite.lib.languages import UNKNOWN, detect, primary, same_language
from filmsite.lib.text import escape_markdown
from reviews.models import ListEntry, OfText, Review, TitleList, Viewing
from reviews.subjects import Subject

Row = TypeVar("Row", bound=OfText)
Translatable = Review | Title | Trivia | Person | TitleList | Member | Viewing | ListEntry

_KINDS: Final[Mapping[type[Translatable], str]] = {
    Review: "review",
    Title: "title",
    Trivia: "trivia",
    Person: "person",
    TitleList: "list",
    Member: "member",
    Viewing: "viewing",
    ListEntry: "entry",
}
# What `source_of` needs to be loaded along with a text of each kind.
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "review": ("author", "title", "person"),
    "title": ("plot_author",),
    "trivia": ("author", "title"),
    "person": (),
    "list": ("owner",),
    "member": (),
    "viewing": ("member", "title"),
    "entry": ("list__owner", "title"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it stands. `body` is Markdown as members write it; plain texts have their marks escaped.

    `kind` and `pk` say whose it is (the column of `OfText` and its value). `subject` is the title or person it is
    about, if any; `author` the member whose consent counts, if there is one. `is_public` is false for what only some
    may see now: it is neither translated nor shown translated.
    """

    kind: str
    pk: int
    body: str
    headline: str
    language: str
    source_hash: str
    subject: Subject | None
    author: Member | None
    is_public: bool
    may_translate: bool
    headings: bool = False

    @property
    def about(self) -> dict[str, int]:
        """The column of `OfText` that leads here, for filters and new rows."""
        return {f"{self.kind}_id": self.pk}

    @property
    def may_leave(self) -> bool:
        """Whether engines on other people's machines may have it: not where nobody knows whom to ask."""
        return self.author is not None and self.author.translation_consent == TranslationConsent.ANY

    @property
    def wants_translation(self) -> bool:
        """Whether it is to be translated at all: public, allowed, and in a language that is known."""
        return self.is_public and self.may_translate and primary(self.language) != UNKNOWN


def source_hash_of(*, body: str, headline: str, language: str, is_opinion: bool) -> str:
    """What a translation was made of: words, their language, and whether they may have headings. 64 characters."""
    parts = json.dumps([body, headline, language, is_opinion], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()


def kind_of(text: Translatable) -> str:
    """The column of `OfText` that points at such a row."""
    return _KINDS[type(text)]


def source_of(text: Translatable) -> Source | None:
    """The words of a row; None where it has none. Needs its author and subject loaded (`NEEDED`)."""
    match text:
        case Review():
            return _of_review(text)
        case Title():
            return _plain(text, text.plot, text.plot_language, subject=text, author=text.plot_author)
        case Trivia():
            shown, words = not text.is_removed, text.text
            return _plain(text, words, text.language, subject=text.title, author=text.author, is_public=shown)
        case Person():
            return _plain(text, text.biography, text.biography_language, subject=text)
        case TitleList():
            shown = text.is_for_everyone and not text.owner.is_hidden
            words = text.description
            return _spoken(text, words, author=text.owner, headline=text.name, is_public=shown)
        case Member():
            return _spoken(text, text.about, author=text, is_public=not text.is_hidden)
        case Viewing():
            shown = text.member.diary_for == Audience.EVERYONE and not text.member.is_hidden
            return _spoken(text, text.note, author=text.member, is_public=shown)
        case ListEntry():
            shown = text.list.is_for_everyone and not text.list.owner.is_hidden
            return _spoken(text, text.note, author=text.list.owner, is_public=shown)


def source_behind(row: OfText) -> Source | None:
    """The words that a row of `OfText` belongs to, as they are loaded with it; None where they are gone."""
    text = getattr(row, row.kind)
    return source_of(text) if text is not None else None


def with_sources(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Load along what `source_behind` needs."""
    return rows.select_related(
        *NEEDED, *(f"{kind}__{path}" for kind, paths in NEEDED.items() for path in paths)
    )


def texts_of_kind(kind: str, pks: Collection[int]) -> "QuerySet[Any]":
    """These texts of one kind, with what `source_of` needs."""
    model = next(model for model, name in _KINDS.items() if name == kind)
    return model._default_manager.filter(pk__in=pks).select_related(*NEEDED[kind])


def _of_review(review: Review) -> Source:
    return Source(
        kind="review",
        pk=review.pk,
        body=review.body,
        headline=review.headline,
        language=review.language,
        source_hash=review.source_hash,
        subject=review.subject,
        author=review.author,
        is_public=review.is_published,
        may_translate=review.may_translate and _consents(review.author),
        headings=review.is_opinion,
    )


def _plain(
    text: Translatable,
    words: str,
    language: str,
    *,
    subject: Subject | None = None,
    author: Member | None = None,
    headline: str = "",
    is_public: bool = True,
) -> Source | None:
    if not words.strip() and not headline.strip():
        return None
    if not language:
        found = detect(f"{headline}. {words}")
        language = found.language if found.reliable else UNKNOWN
    return Source(
        kind=kind_of(text),
        pk=text.pk,
        body=escape_markdown(words),
        headline=headline,
        language=language,
        source_hash=source_hash_of(body=words, headline=headline, language=language, is_opinion=False),
        subject=subject,
        author=author,
        is_public=is_public,
        may_translate=author is None or _consents(author),
    )


def _spoken(
    text: Translatable, words: str, *, author: Member, headline: str = "", is_public: bool
) -> Source | None:
    """Words of a member of which nobody asked the language. Needs all of the author."""
    language = _language_of(f"{headline}. {words}", author)
    return _plain(text, words, language, author=author, headline=headline, is_public=is_public)


def _language_of(words: str, author: Member) -> str:
    """The language that words look like. Of too few to be sure it is one that their author uses here, if any is known."""
    found = detect(words)
    if found.reliable or not found.words:
        return found.language if found.reliable else UNKNOWN
    own = [code for code in (author.interface_language, author.translate_into, *author.reads) if code]
    if any(same_language(found.language, code) for code in own):
        return found.language
    return own[0] if own else UNKNOWN


def _consents(author: Member) -> bool:
    return author.translation_consent != TranslationConsent.NONE
