"""What a verdict would leave of a message, shown before it is decided: on the page of a case and on that of many."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from films.editing.differences import Mark, changed_words
from filmsite.lib.text import blocks, inline_runs, render_review, spoiler_marks
from reviews.copy_index import load_known
from reviews.copydetect.rules import KnownText as Known
from reviews.models import Case, Verdict
from reviews.moderation.forms import TextDecisionForm
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.review import mended

_CHANGING: Final = (Verdict.TRIM, Verdict.QUOTE)
_QUOTE_PREFIX: Final = re.compile(r"^(?: {0,3}>[ \t]?)+")
_HEADING_PREFIX: Final = re.compile(r"^#{1,6}[ \t]+")


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
        """The text word by word, as it is read: what stays, what goes, and what comes."""
        return changed_as_read(self.before, self.after)


def changed_as_read(before: str, after: str) -> list[tuple[Mark, str]]:
    """The words of a message that stayed, went and came, without marks; with them where nothing else differs."""
    read, read_after = _in_words(before), _in_words(after)
    if read == read_after and before != after:
        return changed_words(before, after)
    return changed_words(read, read_after)


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


def _in_words(source: str) -> str:
    """The words of a message line by line, without its marks: of a quotation and a spoiler a word says that it is one."""
    said = []
    for block in blocks(_spoilers_in_words(source)):
        lines = block.source.split("\n")
        parts = []
        for is_quoted, group in groupby(lines, key=lambda line: bool(_QUOTE_PREFIX.match(line))):
            bare = [_HEADING_PREFIX.sub("", _QUOTE_PREFIX.sub("", line)) for line in group]
            words = "".join(run.text for run in inline_runs("\n".join(bare)))
            parts.append(" ".join([_("[quotation]"), words]) if is_quoted else words)
        said.append("\n".join(parts) + block.after)
    return "".join(said)


def _spoilers_in_words(source: str) -> str:
    said, done = [], 0
    for number, place in enumerate(spoiler_marks(source)):
        mark = [" ", _("[end of spoiler]")] if number % 2 else [_("[spoiler]"), " "]
        said += [source[done:place], *mark]
        done = place + 2
    return "".join([*said, source[done:]])


def sources_of(cases: Collection[Case]) -> dict[int, Known]:
    """The texts that these cases have words of, by id. Needs their evidence loaded; one query."""
    pks = {item.source_id for case in cases for item in case.evidence.all() if item.source_id}
    return {found.id: found for found in load_known(pks)}
