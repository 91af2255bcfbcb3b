"""Texts that lack a translation, or have one that could be better: what a backfill goes through."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, Max, Model, OuterRef, Q, QuerySet, Sum, TextChoices
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience, Member, TranslationConsent
from accounts.querysets import not_hidden
from films.models import Person, Title, Trivia
from reviews.models import (
    TEXT_KINDS,
    ListEntry,
    Review,
    ReviewState,
    TitleList,
    Translation,
    TranslationStatus,
    Viewing,
)


class Which(TextChoices):
    """What is wanted of a text's translation for it to be made."""

    MISSING = "missing", _("that have no translation yet")
    OLDER = "older", _("translated by another engine, model or version than today's")
    FAILED = "failed", _("of which the translation failed")
    MADE = "made", _("that have a translation, to make it anew")


KIND_NAMES: Final = {
    "review": _("messages and opinions"),
    "title": _("plots"),
    "trivia": _("trivia"),
    "person": _("biographies"),
    "list": _("lists"),
    "member": _("what members say of themselves"),
    "viewing": _("notes in diaries"),
    "entry": _("notes in lists"),
}
MADE: Final = (TranslationStatus.DONE, TranslationStatus.PARTIAL)
# Of these it is known when they were written.
DATED_KINDS: Final = ("review", "list", "viewing", "entry")


@dataclass(frozen=True, slots=True)
class Made:
    """With what a translation was made: the engine's key, its model, the version of the pipeline."""

    engine: str
    fingerprint: str
    pipeline_version: int

    @classmethod
    def of(cls, row: Translation) -> "Made":
        return cls(row.engine, row.fingerprint, row.pipeline_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which texts: from and into which languages, of which kinds, since when written, which of their translations, and
    with which words in them (whatever their capitals) if any.

    `today` says of every language that can be translated into each target what makes such a translation today; other
    languages are left out.
    """

    kinds: tuple[str, ...]
    which: Which
    since: date | None
    today: Mapping[str, Mapping[str, Made]]
    holding: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(self.today)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a selection is: texts and their characters, each counted once for every language it is wanted in."""

    texts: int = 0
    characters: int = 0

    def __add__(self, other: "Scale") -> "Scale":
        return Scale(self.texts + other.texts, self.characters + other.characters)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where texts of a kind stand: rows that everybody may read, and the columns of their words, language and day."""

    rows: Callable[[], QuerySet[Any]]
    words: tuple[str, ...]
    language: str = ""
    written: str = ""
    joined: tuple[str, ...] = ()


def _agreed(author: str) -> Q:
    """Whose author, if there is one, lets it be translated."""
    return Q(**{f"{author}__isnull": True}) | ~Q(
        **{f"{author}__translation_consent": TranslationConsent.NONE}
    )


_KINDS: Final[Mapping[str, _Kind]] = {
    "review": _Kind(
        rows=lambda: Review.objects.filter(
            _agreed("author"), state=ReviewState.PUBLISHED, may_translate=True
        ),
        words=("body", "headline"),
        language="language",
        written="created_at",
        joined=("author", "title", "person"),
    ),
    "title": _Kind(
        rows=lambda: Title.objects.filter(_agreed("plot_author"), merged_into=None).exclude(plot=""),
        words=("plot",),
        language="plot_language",
        joined=("plot_author",),
    ),
    "trivia": _Kind(
        rows=lambda: Trivia.objects.filter(_agreed("author"), title__merged_into=None, is_removed=False),
        words=("text",),
        language="language",
        joined=("author", "title"),
    ),
    "person": _Kind(
        rows=lambda: Person.objects.exclude(biography=""),
        words=("biography",),
        language="biography_language",
    ),
    "list": _Kind(
        rows=lambda: TitleList.objects.filter(
            _agreed("owner"), not_hidden("owner__"), audience=Audience.EVERYONE, is_removed=False
        ),
        words=("description", "name"),
        written="created_at",
        joined=("owner",),
    ),
    "member": _Kind(
        rows=lambda: (
            Member.objects.active().exclude(about="").exclude(translation_consent=TranslationConsent.NONE)
        ),
        words=("about",),
    ),
    "viewing": _Kind(
        rows=lambda: Viewing.objects.filter(
            _agreed("member"), not_hidden("member__"), member__diary_for=Audience.EVERYONE
        ).exclude(note=""),
        words=("note",),
        written="logged_at",
        joined=("member",),
    ),
    "entry": _Kind(
        rows=lambda: ListEntry.objects.filter(
            _agreed("list__owner"),
            not_hidden("list__owner__"),
            list__audience=Audience.EVERYONE,
            list__is_removed=False,
        ).exclude(note=""),
        words=("note",),
        written="added_at",
        joined=("list__owner",),
    ),
}
assert set(_KINDS) == set(TEXT_KINDS)  # noqa: S101  (a kind of text that is added belongs here too)


def public_texts(kind: str) -> QuerySet[Any]:
    """The texts of one kind that everybody may read and that may be translated, with what `sources.source_of` needs."""
    return _KINDS[kind].rows().select_related(*_KINDS[kind].joined)


def measure(selection: Selection) -> Scale:
    """Count the selection's texts: a query for each kind and language.

    Where a text's language is not stored (lists, what members say of themselves) it counts in any case, so that the
    answer is the most that there can be.
    """
    scale = Scale()
    for kind, target in stages(selection):
        words = sum((Length(column) for column in _KINDS[kind].words[1:]), Length(_KINDS[kind].words[0]))
        found = texts(selection, kind, target).aggregate(texts=Count("pk"), characters=Sum(words))
        scale += Scale(found["texts"], found["characters"] or 0)
    return scale


def stages(selection: Selection) -> list[tuple[str, str]]:
    """The kinds and target languages of a selection, one after the other, always in the same order."""
    kinds = [
        kind
        for kind in TEXT_KINDS
        if kind in selection.kinds and (selection.since is None or kind in DATED_KINDS)
    ]
    return [(kind, target) for target in selection.targets for kind in kinds]


def texts(selection: Selection, kind: str, target: str) -> QuerySet[Any]:
    """The rows of one kind whose translation into one language the selection wants.

    A few too many where it takes the words to tell (`reviews.sources`): in which language a list is, or whether a
    plot's translation is of its words of today.
    """
    about = _KINDS[kind]
    rows = about.rows()
    if about.language:
        if not selection.today[target]:
            return rows.none()
        codes = "|".join(map(re.escape, sorted(selection.today[target])))
        rows = rows.filter(**{f"{about.language}__regex": rf"^({codes})(-|$)"})
    if selection.since:
        rows = rows.filter(**{f"{about.written}__date__gte": selection.since})
    if selection.holding:
        has = Q()
        for column in about.words:
            has |= Q(**{f"{column}__icontains": selection.holding})
        rows = rows.filter(has)
    made = Translation.objects.filter(**{kind: OuterRef("pk")}, target=target)
    if kind == "review":
        made = made.filter(source_hash=OuterRef("source_hash"))
    match selection.which:
        case Which.MISSING:
            return rows.filter(~Exists(made.exclude(status=TranslationStatus.SUPERSEDED)))
        case Which.FAILED:
            return rows.filter(Exists(made.filter(status=TranslationStatus.FAILED)))
        case Which.MADE:
            return rows.filter(Exists(made.filter(status__in=MADE)))
        case Which.OLDER:
            return rows.filter(Exists(made.filter(_is_older(selection.today[target]))))


def _is_older(today: Mapping[str, Made]) -> Q:
    current = Q(pk=None)
    for language, made in today.items():
        current |= Q(
            source_language=language,
            engine=made.engine,
            fingerprint=made.fingerprint,
            pipeline_version=made.pipeline_version,
        )
    return Q(status__in=MADE) & ~current


def next_texts(
    selection: Selection, kind: str, target: str, *, after: int, ids: int, at_most: int
) -> tuple[Sequence[Model], int | None]:
    """The next texts of a stage with what `sources.source_of` needs, held until the end of the transaction, and where
    to go on: an id, or None at the stage's end.

    Looks at no more than so many `ids` beyond `after`, so that one step of a long way takes milliseconds.
    """
    model = _KINDS[kind].rows().model
    rows = texts(selection, kind, target).filter(pk__gt=after, pk__lte=after + ids).order_by("pk")
    found = list(
        rows.select_related(*_KINDS[kind].joined).select_for_update(no_key=True, of=("self",))[:at_most]
    )
    if len(found) == at_most:
        return found, found[-1].pk
    last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    return found, after + ids if after + ids < last else None
