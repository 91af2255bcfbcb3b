"""Reasons that name somebody. The public log keeps a reason for ever, so what points at a person must not get into it.

Refused are e-mail addresses, every @name, and the names of whoever a case concerns: its authors, who reported it, who sent
notices about it. Names match whole words, in any case. A user name that is an ordinary word here ("film", "text"), or
shorter than four letters without anything unusual in it, would make honest reasons impossible: such a one is refused with
@ alone.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import Member, Section
from reviews.models import Case, CaseKind, FoundBy, Matter, MeasureKind, NoticeItem, Report, Verdict
from reviews.moderation.rules import RULES

_EMAIL: Final = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.\w+")
_MENTION: Final = re.compile(r"(?<!\w)@\w(?:[\w.-]*\w)?")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME: Final = 4
# As many are told; who removes them is told of the rest.
_TOLD: Final = 5


@dataclass(frozen=True)
class Concerned:
    """Whom a reason must not name: members by user name, senders of notices by the name that they gave."""

    usernames: frozenset[str] = field(default_factory=frozenset)
    people: frozenset[str] = field(default_factory=frozenset)


NOBODY: Final = Concerned()


class NamelessReason(forms.Form):
    """A form whose `reason` goes to the public log. Whoever makes it says whom it concerns."""

    concerned: Concerned = NOBODY

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if named := names_in(reason, self.concerned):
            raise ValidationError(
                ngettext(
                    "Everybody can read this for ever, so it names nobody. Leave out: %(names)s.",
                    "Everybody can read this for ever, so it names nobody. Leave these out: %(names)s.",
                    len(named),
                )
                % {"names": ", ".join(f"“{name}”" for name in named[:_TOLD])},
                code="names",
            )
        return reason


def concerned_in(cases: Iterable[Case], *, members: Collection[int] = ()) -> Concerned:
    """Whom these cases concern, with those that became one with them and those that they answer appeals in; `members` are
    more, by id, such as whose votes a case is about. Three queries.
    """
    found = Case.objects.filter(pk__in={case.pk for case in cases})
    first = found.filter(kind=CaseKind.APPEAL).values("appeal__decision__case")
    judged = Case.objects.filter(Q(pk__in=found.values("pk")) | Q(pk__in=first))
    parts = Case.objects.filter(merged_into__in=judged.values("pk"))
    # What is said about a part lies with the case that holds it.
    involved = (
        Q(case__in=judged.values("pk")) | Q(case__in=parts.values("pk")) | Q(part__in=judged.values("pk"))
    )
    authors = Q(pk__in=judged.values("author")) | Q(pk__in=parts.values("author")) | Q(pk__in=members)
    reporters = Report.objects.filter(involved, reporter__isnull=False)
    return Concerned(
        usernames=frozenset(
            {
                *Member.objects.filter(authors).values_list("username", flat=True),
                *reporters.values_list("reporter__username", flat=True),
            }
        ),
        people=frozenset(NoticeItem.objects.filter(involved).values_list("notice__name", flat=True)) - {""},
    )


def names_in(reason: str, concerned: Concerned = NOBODY) -> list[str]:
    """What in a reason points at a person, as it stands there, each once and in order."""
    found = [match.span() for match in (*_EMAIL.finditer(reason), *_MENTION.finditer(reason))]
    for name in sorted(concerned.usernames):
        if not _is_ordinary(name):
            found += _places_of(name, reason)
    for name in sorted(concerned.people):
        if not _is_ordinary(name):
            found += _places_of(name, reason)
        for part in name.split():
            # A part of a name is a name only where it is written like one: "Bond", and "a bond between brothers".
            if part[0].isupper() and not _is_ordinary(part):
                found += [(start, end) for start, end in _places_of(part, reason) if reason[start].isupper()]
    told, until = [], 0
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        # A part of what is told already is not told again.
        if end > until:
            told.append(reason[start:end])
            until = end
    return list(dict.fromkeys(told))


def without_emails(text: str) -> str:
    """The text with an ellipsis in the place of each e-mail address."""
    return _EMAIL.sub("…", text)


def _places_of(name: str, reason: str) -> list[tuple[int, int]]:
    """Where a name begins and ends that stands there as whole words, in any case; a mention of it is found as such."""
    spaced = r"\s+".join(map(re.escape, name.split()))
    whole = re.compile(rf"(?<![\w@]){spaced}(?!\w)", re.IGNORECASE)
    return [match.span() for match in whole.finditer(reason)]


def _is_ordinary(name: str) -> bool:
    """Whether a reason may well have this word without meaning anybody."""
    if not name.isalpha():
        return False
    return len(name) < _SHORTEST_NAME or name.casefold() in _ordinary_words()


@cache
def _ordinary_words() -> frozenset[str]:
    """The words in which the site itself speaks of moderation, in each of its languages."""
    found: set[str] = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said: list[Any] = [words for rule in RULES for words in (rule.name, rule.text, rule.reason)]
            for names in (CaseKind, FoundBy, Matter, MeasureKind, Section, Verdict):
                said += names.labels
            found |= {word.casefold() for words in said for word in _WORD.findall(str(words))}
    return frozenset(found)
