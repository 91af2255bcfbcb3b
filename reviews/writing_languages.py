"""Which language somebody writes in: what they say, what the words look like, what they mostly write; and what follows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from babel.lists import format_list
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.utils.translation import get_language, ngettext, to_locale

from accounts.models import Member, TranslationConsent
from filmsite.lib.languages import (
    RELIABLE_WORDS,
    UNKNOWN,
    Detection,
    language_name,
    primary,
    same_language,
)
from reviews.models import Review
from reviews.services.routing import router
from reviews.services.translating import reading_languages

# So many of a member's newest texts are their habit.
_HABIT_TEXTS: Final = 10
_MOST_NAMED: Final = 3
# By so much (of 1) the words must look more like another of the author's languages than like the one they mostly write.
_HABIT: Final = 0.15

# What becomes of a text in another language: translated, or why not.
FateKind = Literal["translated", "no_engine", "unknown", "wordless", "declined", "never"]


@dataclass(frozen=True, slots=True)
class Settled:
    """The language that a text counts as being in, and whether its author is to be asked: (detected, chosen).

    `words` is how many it has. Where it is a mere guess, `candidates` are the languages it may be, the settled one first.
    """

    language: str
    question: tuple[str, str] | None = None
    candidates: tuple[str, ...] = ()
    words: int = 0

    @property
    def is_short(self) -> bool:
        """Whether the text has too few words for a sure guess."""
        return self.words < RELIABLE_WORDS


@dataclass(frozen=True, slots=True)
class Fate:
    """What will become of a text, and for "translated" the languages that readers get it in."""

    kind: FateKind
    into: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """The languages of `into` in words: "English and Portuguese"; of many the first few, and how many more."""
        named = [language_name(code) for code in self.into]
        if (more := len(named) - _MOST_NAMED) > 1:
            words = ngettext("%(number)d other language", "%(number)d other languages", more)
            named[_MOST_NAMED:] = [words % {"number": more}]
        return format_list(named, locale=to_locale(get_language() or "en"))


def written_lately() -> ArraySubquery:
    """The languages of the newest texts of a member, newest first: an annotation on members, one index look-up."""
    newest = Review.objects.filter(author=OuterRef("pk")).order_by("-created_at", "-id")
    return ArraySubquery(newest.annotate(code=F("language")).values("code")[:_HABIT_TEXTS])


def languages_of(member: Member, written: Iterable[str]) -> tuple[str, ...]:
    """The languages that a member is likely to write in, the likeliest first; never none.

    What they mostly wrote lately (`written`), then the language of the page, then those they read.
    """
    habits = [code for code, _times in Counter(written).most_common()]
    known = [*habits, get_language(), member.interface_language, member.translate_into, *member.reads]
    return tuple(dict.fromkeys(code for code in known if code and code != UNKNOWN)) or ("en",)


def likely_languages(member: Member) -> tuple[str, ...]:
    """The same, with what they wrote lately looked up. One query."""
    written = Member.objects.filter(pk=member.pk).annotate(written=written_lately())
    return languages_of(member, written.values_list("written", flat=True).get())


def settle(*, chosen: str, sure: str, detected: Detection, own: Sequence[str]) -> Settled:
    """Settle the language of a text. The author's word goes; a sure guess that differs from it asks, and never overrules.

    `chosen` is empty where nothing was chosen: then a sure guess is taken, or an unsure one that is among the author's
    `own` languages (never none), or else the one of these that the words look most like, with a preference for the first.
    `sure` is what the author answered when asked about this very text.
    """
    if not chosen:
        return _guess(detected, own)
    if detected.contradicts(chosen) and chosen not in (UNKNOWN, sure):
        return Settled(chosen, (detected.language, chosen), words=detected.words)
    return Settled(chosen, words=detected.words)


def _guess(detected: Detection, own: Sequence[str]) -> Settled:
    if not detected.words:
        # Without a single word (a score, a row of emoji) there is no language.
        return Settled(UNKNOWN)
    if detected.reliable or detected.agrees_with(own[0]):
        # Two signs that agree are no mere guess: what the words look like, and what the author mostly writes.
        return Settled(detected.language, words=detected.words)
    likely = any(detected.agrees_with(code) for code in own)
    language = detected.language if likely else _likeliest(detected, own)
    candidates: dict[str, str] = {}
    for code in (language, *own, detected.language):
        if code != UNKNOWN:
            candidates.setdefault(primary(code), code)
    return Settled(language, candidates=tuple(candidates.values()), words=detected.words)


def _likeliest(detected: Detection, own: Sequence[str]) -> str:
    def weight(code: str) -> float:
        return detected.score_of(code) + (_HABIT if code == own[0] else 0.0)

    return max(own, key=weight)


def fate_of(settled: Settled, *, may_translate: bool, author: Member) -> Fate:
    """What will become of a text of the author's in this language. Asks nothing: the engines say what they can do."""
    if not settled.words:
        return Fate("wordless")
    if author.translation_consent == TranslationConsent.NONE:
        return Fate("never")
    if not may_translate:
        return Fate("declined")
    language = settled.language
    if primary(language) == UNKNOWN:
        return Fate("unknown")
    engines, may_leave = router(), author.translation_consent == TranslationConsent.ANY
    into = tuple(
        code
        for code in reading_languages()
        if not same_language(code, language) and engines.supports(language, code, external=may_leave)
    )
    return Fate("translated", into) if into else Fate("no_engine")
