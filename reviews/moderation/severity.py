"""How grave a case is, 0 to 100: a sum of small reasons, each of which a moderator can follow.

Also how much a member's report weighs. Pure arithmetic: whoever asks fetched the numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from reviews.models import CaseFlag, CaseKind

GRAVEST: Final = 100
APPEAL: Final = 80
# Whoever was wrong ever so often still has a voice.
LEAST_WEIGHT: Final = 20
FULL_WEIGHT: Final = 100
# A member all of whose last reports were wrong rests until the first of them is so many days old.
WRONG_IN_A_ROW: Final = 10
REST_DAYS: Final = 30

_UNLAWFUL_FIRST: Final = 60
_ATTACK: Final = 15
_MOST_FOR_WORDS: Final = 60
_WORDS_FOR_MOST: Final = 300
_A_REPORT: Final = 20
_MOST_FOR_REPORTS: Final = 50
_EXTERNAL: Final = 10
_A_REPETITION: Final = 5
_MOST_FOR_REPETITION: Final = 15
_NOTICE: Final = 30
_FLAGGED_WORDS: Final = 5
_FLAGGED_SITE: Final = 15
_DECLARED_OWN: Final = 15
_LONG_STANDING: Final = 10
_LONG_STANDING_YEARS: Final = 2
_LONG_STANDING_MESSAGES: Final = 50


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a case when its severity is set."""

    kind: str
    # Words that stand elsewhere too, and what share of the text they are (0 to 1).
    copied_words: int = 0
    share: float = 0
    is_external: bool = False
    # What rules of the staff were met: words, and sites that are linked or named.
    has_flagged_words: bool = False
    has_flagged_site: bool = False
    # The weight of each report, in percent.
    report_weights: Sequence[int] = ()
    # Decisions against the author in the last year.
    earlier: int = 0
    author_years: float = 0
    author_messages: int = 0
    flags: Collection[str] = field(default_factory=tuple)


def severity_of(case: Circumstances) -> int:
    """The sum of what speaks for looking soon, less what speaks for patience; between 0 and 100."""
    points = (
        of_kind(case.kind)
        + of_copied_words(case.copied_words, case.share)
        + of_external_source(case.is_external)
        + of_flags(words=case.has_flagged_words, site=case.has_flagged_site)
        + of_reports(case.report_weights)
        + of_repetition(case.earlier)
        + of_notice(case.flags)
        - of_declaration(case.flags)
        - of_long_standing(case.author_years, case.author_messages, case.earlier)
    )
    return min(GRAVEST, max(0, points))


def of_kind(kind: str) -> int:
    """What may be against the law comes first, then what hurts somebody."""
    return {CaseKind.UNLAWFUL.value: _UNLAWFUL_FIRST, CaseKind.ATTACK.value: _ATTACK}.get(kind, 0)


def of_copied_words(words: int, share: float) -> int:
    """Copied words weigh by their number, and fully only where they are the whole text."""
    return round(_MOST_FOR_WORDS * min(1.0, words / _WORDS_FOR_MOST) * (0.5 + min(1.0, max(0.0, share)) / 2))


def of_external_source(is_external: bool) -> int:
    """Words that stand elsewhere have an owner who is not here to say so."""
    return _EXTERNAL if is_external else 0


def of_flags(*, words: bool, site: bool) -> int:
    """A rule of the staff is a hint, and no word of anybody who has read the text; a site that they know tells more."""
    return _FLAGGED_SITE if site else _FLAGGED_WORDS if words else 0


def of_reports(weights: Sequence[int]) -> int:
    """Reports by their weight, up to a bound that a crowd cannot raise."""
    return min(_MOST_FOR_REPORTS, round(sum(weights) * _A_REPORT / FULL_WEIGHT))


def of_repetition(earlier: int) -> int:
    """Decisions against the same author in the last year."""
    return min(_MOST_FOR_REPETITION, earlier * _A_REPETITION)


def of_notice(flags: Collection[str]) -> int:
    """A rights-holder waits for an answer."""
    return _NOTICE if CaseFlag.NOTICE in flags else 0


def of_declaration(flags: Collection[str]) -> int:
    """The author says that these are their own words: mostly so, and in no hurry."""
    return _DECLARED_OWN if CaseFlag.DECLARED_OWN in flags else 0


def of_long_standing(years: float, messages: int, earlier: int) -> int:
    """Who has written here for years without a word against them."""
    is_known = years >= _LONG_STANDING_YEARS and messages >= _LONG_STANDING_MESSAGES
    return _LONG_STANDING if is_known and not earlier else 0


def weight_of_report(right: int, wrong: int) -> int:
    """What a report weighs in percent, by how the reporter's decided reports of the last year ended.

    Full weight for who is unknown or never wrong. Each report that led to something makes up for some of the others, and
    after a year everything is forgotten.
    """
    return max(LEAST_WEIGHT, round(FULL_WEIGHT * (right + 2) / (right + wrong + 2))) if wrong else FULL_WEIGHT


def must_rest(outcomes: Sequence[bool]) -> bool:
    """Whether a member may report nothing for now: `outcomes` are their decided reports of the last `REST_DAYS` days, the
    newest first, each whether it was right.
    """
    newest = outcomes[:WRONG_IN_A_ROW]
    return len(newest) == WRONG_IN_A_ROW and not any(newest)
