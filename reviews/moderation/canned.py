"""Reasons to start from: what a decision says when the moderator has nothing to add. They can always be edited.

They are written in the language of the author, and stand in the public log: they name no member and repeat none of the
words. What nobody has edited everybody reads in their own language (`told`).
"""

import re
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from filmsite.lib.languages import primary
from reviews.models import Case, CaseKind, KnownKind, Verdict
from reviews.moderation import rules
from reviews.moderation.evidence import Comparison, Source

COPIED_TEXT = CaseKind.COPIED.value
_PLACES = "; "
# Where a sentence ends that is none of these: somebody wrote something of their own among the places.
_SENTENCE_END = re.compile(r"\w{4,}[.!?…。！？]\s")
# In any language one of these numbers takes each form of the plural.
_NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)


def language_for(case: Case) -> str:
    """In which language of the site the author of what is judged reads: the one they chose, or else that of the text."""
    chosen = case.author.interface_language if case.author else ""
    written = primary(case.snapshot.language) if case.snapshot else ""
    offered = dict(settings.LANGUAGES)
    return next((code for code in (chosen, written) if code in offered), settings.LANGUAGE_CODE)


def canned_reasons(
    verdicts: Iterable[str], comparison: Comparison, *, language: str
) -> dict[str, dict[str, str]]:
    """For each verdict the reason under each rule ("" is no rule), in this language of the site. A verdict that needs an
    argument of its own has none.
    """
    with override(language):
        return _reasons(verdicts, comparison)


def _reasons(verdicts: Iterable[str], comparison: Comparison) -> dict[str, dict[str, str]]:
    found = _found(comparison)
    reasons: dict[str, dict[str, str]] = {}
    for verdict in verdicts:
        if verdict == Verdict.KEEP:
            reasons[verdict] = {"": _fine()}
        elif verdict == Verdict.TRIM:
            reasons[verdict] = {COPIED_TEXT: _joined(found, _trimmed())}
        elif verdict == Verdict.QUOTE:
            reasons[verdict] = {COPIED_TEXT: _joined(found, _quoted())}
        elif verdict in (Verdict.HIDE, Verdict.REMOVE):
            tail = _ask() if verdict == Verdict.HIDE else ""
            reasons[verdict] = {rule.slug: _joined(*_under(rule, found), tail) for rule in rules.RULES}
    return reasons


def _under(rule: rules.Rule, found: str) -> list[str]:
    """What is said under a rule. Of copied words only what was found: a notice or a report may be all there is."""
    if rule.slug != COPIED_TEXT:
        return [str(rule.reason)]
    return [found, str(rule.reason)] if found else [_told()]


def _fine() -> str:
    return _("Nothing here is against the rules.")


def _told() -> str:
    return _(
        "We were told that these words are somebody else's, looked at both, and think so too. You are welcome to write "
        "it again in your own words, or to keep the first paragraph and link to the rest."
    )


def _found(comparison: Comparison) -> str:
    """What was found, in numbers: so many words, and where else they stand."""
    places = list(dict.fromkeys(_place(source) for source in comparison.sources))
    if not places:
        return ""
    words = comparison.words
    said = {"words": number_format(words, force_grouping=True), "places": _PLACES.join(places)}
    return _found_form(words) % said


def _found_form(words: int) -> str:
    return ngettext(
        "%(words)s word here also stands elsewhere: %(places)s.",
        "%(words)s words here also stand elsewhere: %(places)s.",
        words,
    )


def _place(source: Source) -> str:
    if source.kind == KnownKind.REVIEW:
        return _in_message()
    if source.kind == KnownKind.PLOT:
        return _in_plot() % {"title": source.label}
    if source.kind == KnownKind.BIOGRAPHY:
        return _in_biography() % {"name": source.label}
    name = f"“{source.label}”" if source.label else _in_another()
    return f"{name} ({source.url})" if source.url else name


def _in_message() -> str:
    return _("in another member's message")


def _in_plot() -> str:
    return _("in the plot of %(title)s")


def _in_biography() -> str:
    return _("in the biography of %(name)s")


def _in_another() -> str:
    return _("in another text")


_PLACE_FORMS = (_in_message, _in_another, _in_plot, _in_biography)


def _trimmed() -> str:
    return _("What was kept of it is its first paragraph, with a link; your own words stand as they were.")


def _quoted() -> str:
    return _("The passage is now a quotation that names its source; your own words stand as they were.")


def _ask() -> str:
    return _(
        "It is hidden until you have answered: tell us if we are wrong, or what you would like to change."
    )


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


# --- What was written once, for a reader of another language ------------------------------------------------------------


def told(reason: str) -> str:
    """The reason in the reader's language where it is, word for word, one of ours in any language of the site; what a
    moderator wrote or changed stays as it is.
    """
    reader = _endings_in(get_language() or settings.LANGUAGE_CODE)
    for language, _name in settings.LANGUAGES:
        for ending, in_reader_words in zip(_endings_in(language), reader, strict=True):
            if reason == ending:
                return in_reader_words
            if reason.endswith(f" {ending}"):
                found = _found_told(reason.removesuffix(f" {ending}"), language)
                if found:
                    return _joined(found, in_reader_words)
    return reason


@cache
def _endings_in(language: str) -> tuple[str, ...]:
    """All of a reason but what was found, in this language; the places are the same in each."""
    with override(language):
        under = [_told(), *(str(rule.reason) for rule in rules.RULES)]
        return (_fine(), _trimmed(), _quoted(), *under, *(_joined(reason, _ask()) for reason in under))


def _found_told(found: str, language: str) -> str:
    """What was found, said in this language, for the reader; nothing where it is something else."""
    if _SENTENCE_END.search(found):
        return ""
    for pattern in _found_patterns(language):
        if said := pattern.fullmatch(found):
            words = int("".join(re.findall(r"\d", said["words"])))
            places = _PLACES.join(_place_told(place, language) for place in said["places"].split(_PLACES))
            return _found_form(words) % {
                "words": number_format(words, force_grouping=True),
                "places": places,
            }
    return ""


def _place_told(place: str, language: str) -> str:
    """A place for the reader; names and addresses are the same in every language."""
    for pattern, form in zip(_place_patterns(language), _PLACE_FORMS, strict=True):
        if said := pattern.fullmatch(place):
            return form() % said.groupdict() + (said["address"] or "")
    return place


@cache
def _found_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    with override(language):
        return tuple(_pattern(form) for form in dict.fromkeys(map(_found_form, _NUMBERS)))


@cache
def _place_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    with override(language):
        return tuple(_pattern(form(), r"(?P<address> \(\S+\))?") for form in _PLACE_FORMS)


def _pattern(form: str, after: str = "") -> re.Pattern[str]:
    """What finds the named values in words of this form."""
    named = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(form))
    return re.compile(named.replace("(?P<words>.+)", r"(?P<words>\d[\d.,’\s]*)") + after)
