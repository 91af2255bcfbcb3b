"""Examining a text that is stored: which of its words stand elsewhere too, and what follows from that.

There is a case about the newest words exactly if there must be one. Nothing is blocked, hidden or removed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from films.models import Person, Title, Trivia
from reviews.comparing import compare, compare_as_it_stands
from reviews.copied_evidence import evidence_of, without_judged
from reviews.copydetect.paste_signal import PasteSignal, is_worth_a_question
from reviews.copydetect.rules import Assessment, Finding, KnownText, Level, is_at_once
from reviews.models import Case, CaseFlag, KnownKind, Review, Revision
from reviews.moderation.targets import Target
from reviews.services.ending import close_fixed_case_about
from reviews.services.indexing import note_text
from reviews.services.opening import open_copied_case, open_copied_case_about
from reviews.services.own_words import looked_at, say_own_words
from reviews.subjects import Subject
from reviews.written_words import Written, written_by_member

# A list may have thousands of notes: of its words so many characters are compared, as many as a message may have.
LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """What came with a text: what the browser said about a paste, and what its author said about whose words they are."""

    paste: PasteSignal | None = None
    own_words: bool = False
    own_words_url: str = ""
    # Of a list or a profile that is said apart, in each field of the known texts (their ids) that were shown beside it.
    own_sources: Mapping[str, Collection[int]] = field(default_factory=dict)

    def covers(self, source: int) -> bool:
        """Whether the author called the words that this known text has as well their own."""
        return self.own_words or any(source in said for said in self.own_sources.values())


NOTHING: Final = Said()


def compare_stored(review: Review, *, written_at: datetime) -> Assessment:
    """Compare a message as it is stored. Raises `copy_index.IndexTooSlow`."""
    return compare(
        review.body,
        subject=review.subject,
        author_id=review.author_id,
        written_at=written_at,
        # What the author said about this very message is for the moderator of its case to find.
        own_words=partial(looked_at, other_than=review.pk),
        review=review,
        parent=review.parent,
        every_run=True,
    )


def compare_text(target: Target, written: Written, *, author_id: int, is_believed: bool = True) -> Assessment:
    """Compare what is no message, as it stands; what may be older than its source is a finding "at once".

    Unless `is_believed` nobody's word is taken for whose words they are. Raises `copy_index.IndexTooSlow`.
    """
    row = target.row
    found = compare(
        target.words.text[:LONGEST],
        subject=_subject_of(target),
        author_id=author_id,
        written_at=written.at,
        own_words=partial(looked_at, other_than=None) if is_believed else None,
        standing=row if isinstance(row, Title | Person) else None,
        earlier=written.earlier,
        every_run=True,
    )
    if written.earliest is None:
        return found
    findings = [
        replace(finding, at_once=finding.at_once or is_at_once(finding.source, written.earliest))
        for finding in found.findings
    ]
    return replace(found, findings=tuple(findings))


def compare_for_moderator(target: Target) -> Assessment | None:
    """Compare whatever a member wrote and readers see, as it stands now and by nobody's word, for a moderator who looks at it.

    None of anything else. The target is loaded by `load_target`. Raises `copy_index.IndexTooSlow`.
    """
    if isinstance(target.row, Review):
        return compare_as_it_stands(target.row) if target.stands else None
    written = written_by_member(target)
    if written is None or target.author is None:
        return None
    return compare_text(target, written, author_id=target.author.pk, is_believed=False)


def act_on(
    target: Target, assessment: Assessment, said: Said, *, revision: Revision | None = None
) -> Case | None:
    """Record what the author said, and let there be a case about the newest words exactly if there must be one.

    Runs in the transaction that holds what it is about; `revision` is the state of a message that was compared.
    """
    review = target.row if isinstance(target.row, Review) else None
    found = replace(assessment, findings=tuple(_with_known_sources(assessment.findings)))
    # Of what is no message they were asked when its words seemed new, whatever may be older.
    asked = found.findings if review is None else found.to_author
    sources = {finding.source.id for finding in asked if said.covers(finding.source.id)}
    # Only whoever writes a message is asked about a paste of which no source is known.
    answers = said.own_words and review is not None and is_worth_a_question(review.body, said.paste)
    if target.author is not None and (sources or answers):
        say_own_words(author=target.author, review=review, sources=sources, url=said.own_words_url)
    if found.level is Level.CASE:
        found = replace(found, findings=tuple(without_judged(target, found.findings)))
    if found.level is not Level.CASE:
        close_fixed_case_about(target)
        return None
    evidence = evidence_of(found.findings, said.paste)
    is_declared = all(said.covers(finding.source.id) for finding in found.findings)
    flags = [CaseFlag.DECLARED_OWN] if is_declared else []
    if review is None or revision is None:
        return open_copied_case_about(target=target, evidence=evidence, flags=flags)
    return open_copied_case(review=review, revision=revision, evidence=evidence, flags=flags)


def _subject_of(target: Target) -> Subject | None:
    """What the text is about; None where it is about its author."""
    match target.row:
        case Title() | Person():
            return target.row
        case Trivia():
            return target.row.title
    return None


def _with_known_sources(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each with a source that has a row: what no index has heard of yet is noted now."""
    noted: dict[tuple[str, int], KnownText] = {}
    for finding in findings:
        source = finding.source
        if source.id < 0:
            key = (source.kind, source.id)
            if key not in noted:
                row = note_text(_NOTED_AS[source.kind].objects.get(pk=-source.id))
                noted[key] = replace(source, id=row.pk if row else 0)
            source = noted[key]
        yield replace(finding, source=source)


_NOTED_AS: Final[dict[str, type[Review] | type[Title] | type[Person]]] = {
    KnownKind.REVIEW: Review,
    KnownKind.PLOT: Title,
    KnownKind.BIOGRAPHY: Person,
}
