"""Reasons to start from: what a decision says when the moderator has nothing to add. They can always be edited.

They are read by the author, in whose language they are, and stand in the public log: they name no member and repeat none
of the words.
"""

from collections.abc import Iterable

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from filmsite.lib.languages import primary
from reviews.models import Case, CaseKind, KnownKind, Verdict
from reviews.moderation import rules
from reviews.moderation.evidence import Comparison, Source

COPIED_TEXT = CaseKind.COPIED.value


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
            reasons[verdict] = {"": _("Nothing here is against the rules.")}
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
    return ngettext(
        "%(words)s word here also stands elsewhere: %(places)s.",
        "%(words)s words here also stand elsewhere: %(places)s.",
        words,
    ) % {"words": number_format(words, force_grouping=True), "places": "; ".join(places)}


def _place(source: Source) -> str:
    if source.kind == KnownKind.REVIEW:
        return _("in another member's message")
    if source.kind == KnownKind.PLOT:
        return _("in the plot of %(title)s") % {"title": source.label}
    if source.kind == KnownKind.BIOGRAPHY:
        return _("in the biography of %(name)s") % {"name": source.label}
    name = f"“{source.label}”" if source.label else _("in another text")
    return f"{name} ({source.url})" if source.url else name


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
