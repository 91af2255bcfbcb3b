"""What a verdict would leave of a message, shown before it is decided: on the page of a case and on that of many."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from films.editing.differences import Mark, changed_words
from filmsite.lib.text import render_review
from reviews.copy_index import load_known
from reviews.copydetect.rules import KnownText as Known
from reviews.models import Case, Verdict
from reviews.moderation.forms import TextDecisionForm
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.review import mended

_CHANGING: Final = (Verdict.TRIM, Verdict.QUOTE)


@dataclass(frozen=True)
class Preview:
    """What a verdict would leave of a text, as readers would see it."""

    verdict: str
    label: str | Promise
    html: str
    before: str
    after: str

    @property
    def words(self) -> list[tuple[Mark, str]]:
        """The text word by word: what stays, what goes, and what comes."""
        return changed_words(self.before, self.after)


def previews_of(
    case: Case, verdicts: Collection[Verdict], known: Mapping[int, Known] | None = None
) -> list[Preview]:
    """The text of the case after each of these verdicts that gives it other words. Asks for its sources, unless they are
    among the `known`.
    """
    if case.review is None:
        return []
    body, found = case.review.body, []
    for verdict in _CHANGING:
        if verdict not in verdicts:
            continue
        with suppress(StaleCase):
            after = mended(body, case=case, verdict=verdict, known=known)
            html = render_review(after, headings=case.review.is_opinion)
            found.append(Preview(verdict, TextDecisionForm.LABELS[verdict], html, body, after))
    return found


def sources_of(cases: Collection[Case]) -> dict[int, Known]:
    """The texts that these cases have words of, by id. Needs their evidence loaded; one query."""
    pks = {item.source_id for case in cases for item in case.evidence.all() if item.source_id}
    return {found.id: found for found in load_known(pks)}
