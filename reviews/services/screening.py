"""Looking at a text for words that are not its author's: while it is written, and in the transaction that stores it.

`reviews.copydetect` decides about words; here are the texts that it compares with, and what its answer means for a
review. The machine asks the author and shows a moderator what it found. It never blocks, hides or removes anything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog
from django.conf import settings
from django.db.models import Q

from accounts.models import Member
from films.models import Person, Title
from filmsite.lib.text import escape_markdown, plain_text, spoiler_marks
from reviews.copydetect.mending import Replacement
from reviews.copydetect.normalise import tokenise
from reviews.copydetect.paste_signal import PasteSignal
from reviews.copydetect.rules import Assessment, Finding, FindingKind, KnownText, Level, assess
from reviews.models import Case, Evidence, Review, ReviewState, Revision
from reviews.services.moderating import open_paste_case
from reviews.subjects import Subject

log = structlog.get_logger("filmsite.screening")

# Of one thread so many of the newest texts are looked through.
MOST_KNOWN_TEXTS = 200
EXCERPT_CHARACTERS = 160
QUOTE_WORDS = 25

_STOPS = re.compile(r"[.,;:!?…]+")


@dataclass(frozen=True, slots=True)
class NoticePassage:
    """What a text shares with one source, as the composer shows it.

    `stretches` are the passages within the text (code points, end exclusive), `start` and `end` those of the longest,
    whose words `excerpt` begins with; `words` counts all of them. `label` and `url` are empty where it is nobody's business
    where the words stand. Of the three buttons each has what it puts in the text's place; `keeps_first` is None where the
    text has nothing of the source's first paragraph.
    """

    number: int
    start: int
    end: int
    words: int
    excerpt: str
    label: str
    url: str
    keeps_first: Replacement | None
    as_quote: Replacement
    remove: Replacement
    source_id: int
    stretches: tuple[tuple[int, int], ...] = ()
    # What the source is (`reviews.models.KnownKind`); "" where nobody is told.
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the composer says about a text: its passages with a known source, or one `question` about a paste without one.

    `words` copied words are `share` (0 to 1) of the text. `level` CASE says that a moderator will look at the text if it
    is posted as it is.
    """

    passages: list[NoticePassage]
    words: int = 0
    share: float = 0
    level: Level = Level.NONE
    question: bool = False


def notice_for(
    *,
    subject: Subject,
    author: Member,
    body: str,
    paste: PasteSignal | None,
    review: Review | None = None,
) -> Notice | None:
    """What to tell the author before the text is posted, or None. `review` is the text being changed, if any.

    Two queries, and some 20 ms in a long thread; `assess` bounds what a text made to be slow can take.
    """
    assessment = _assess(subject=subject, author=author, body=body, paste=paste, review=review)
    if assessment.level is Level.NONE:
        return None
    overlaps = [finding for finding in assessment.findings if finding.kind is FindingKind.OVERLAP]
    pastes = [finding for finding in assessment.findings if finding.kind is FindingKind.LONG_PASTE]
    return Notice(
        passages=[_passage(number, body, found) for number, found in enumerate(_by_source(overlaps), 1)],
        words=sum(finding.words for finding in overlaps),
        share=min(1.0, sum(finding.share for finding in overlaps)),
        level=assessment.level,
        question=bool(pastes) and not overlaps,
    )


def screen_review(
    review: Review, revision: Revision, *, paste: PasteSignal | None, declared_own: bool
) -> Case | None:
    """Open a case where the rules ask for one. Runs inside the transaction that stores the revision."""
    assessment = _assess(
        subject=review.subject, author=review.author, body=revision.body, paste=paste, review=review
    )
    if assessment.level is not Level.CASE:
        return None
    return open_paste_case(
        review=review,
        revision=revision,
        severity=_severity(assessment),
        evidence=[_evidence(finding, paste, declared_own) for finding in assessment.findings],
    )


def _assess(
    *, subject: Subject, author: Member, body: str, paste: PasteSignal | None, review: Review | None
) -> Assessment:
    assessment = assess(
        body,
        paste=paste,
        known=_known_texts(subject, review),
        author_id=author.pk,
        overlap_words=settings.FILMSITE_OVERLAP_WORDS,
        long_paste_characters=settings.FILMSITE_LONG_PASTE_CHARACTERS,
    )
    if assessment.unread:
        log.warning(
            "screening ran out of time", subject=str(subject), member=author.pk, unread=assessment.unread
        )
    return replace(assessment, findings=tuple(_distinct(assessment.findings)))


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each passage once: of several texts that hold it the first, which is the oldest, is its source."""
    shown: list[Finding] = []
    for finding in findings:
        if finding.kind is FindingKind.OVERLAP:
            if any(min(finding.end, other.end) > max(finding.start, other.start) for other in shown):
                continue
            shown.append(finding)
        yield finding


def _known_texts(subject: Subject, review: Review | None) -> Iterator[KnownText]:
    """What the catalogue says and what stood in the thread before, the oldest first: that is the source.

    Texts of other threads come with the index of the deep detector, behind this same seam.
    """
    yield from _plots_of(subject) if isinstance(subject, Title) else _biography_of(subject)
    thread = Review.objects.about(subject).filter(state=ReviewState.PUBLISHED).select_related("author")
    if review is not None and review.pk:
        thread = thread.filter(created_at__lt=review.created_at).exclude(pk=review.pk)
    newest = list(thread.only("body", "author__username").order_by("-created_at")[:MOST_KNOWN_TEXTS])
    for older in reversed(newest):
        yield KnownText(
            id=f"review:{older.pk}",
            kind="review",
            text=older.body,
            author_id=older.author_id,
            label=older.author.username,
            url=older.get_absolute_url(),
        )


def _plots_of(title: Title) -> Iterator[KnownText]:
    """The plots of the title's family: a season's text may repeat that of the show, and the other way round."""
    root = title.parent_id or title.pk
    plots = Title.objects.filter(Q(pk=root) | Q(parent_id=root)).exclude(plot="").order_by("id")
    columns = ("kind", "parent_id", "season_number", "name", "slug", "year", "plot")
    for other in sorted(plots.only(*columns), key=lambda other: other.pk != title.pk):
        yield KnownText(
            id=f"title:{other.pk}",
            kind="plot",
            text=other.plot,
            label=str(other),
            url=other.get_absolute_url(),
        )


def _biography_of(person: Person) -> Iterator[KnownText]:
    if person.biography:
        yield KnownText(
            id=f"person:{person.pk}",
            kind="plot",
            text=person.biography,
            label=person.name,
            url=person.get_absolute_url(),
        )


def _by_source(overlaps: Iterable[Finding]) -> list[list[Finding]]:
    """The passages of each source, the longest first; the sources in the order in which the text comes to them."""
    sources: dict[object, list[Finding]] = {}
    for finding in sorted(overlaps, key=lambda finding: finding.start):
        sources.setdefault(finding.source and finding.source.id, []).append(finding)
    return [sorted(findings, key=lambda finding: -finding.words) for findings in sources.values()]


def _passage(number: int, body: str, findings: Sequence[Finding]) -> NoticePassage:
    """One source of the notice: how many words are shared in all, and its longest passage to look at.

    When that passage was made a quote the composer asks again, and the next one has its turn.
    """
    finding = findings[0]
    passage = body[finding.start : finding.end]
    source = finding.source
    label, url = (source.label, source.url) if source else ("", "")
    # A full stop left behind would begin the next paragraph.
    stops = _STOPS.match(body, finding.end)
    end = stops.end() if stops else finding.end
    return NoticePassage(
        number=number,
        start=finding.start,
        end=finding.end,
        words=sum(found.words for found in findings),
        excerpt=_shortened(plain_text(passage)),
        label=label,
        url=url,
        keeps_first=None,
        as_quote=Replacement(finding.start, end, _as_quote(body, finding, label, url)),
        remove=Replacement(finding.start, end, ""),
        source_id=0,
        stretches=tuple((found.start, found.end) for found in findings),
        kind=source.kind if source else "",
    )


def _as_quote(body: str, finding: Finding, label: str, url: str) -> str:
    """The beginning of a passage as a quotation with its source, to stand in the passage's place.

    What was hidden as a spoiler round it or within it stays hidden, and nothing else becomes hidden.
    """
    passage = body[finding.start : finding.end]
    words = " ".join(plain_text(passage.replace("||", " ")).split())
    quoted = tokenise(words)[:QUOTE_WORDS]
    beginning = escape_markdown(words[: quoted[-1].end]) if quoted else ""
    ellipsis = "…" if quoted and quoted[-1].end < len(words) else ""
    marks = spoiler_marks(body)
    before = sum(mark < finding.start for mark in marks)
    within = sum(finding.start <= mark < finding.end for mark in marks)
    if not within:
        opening = closing = ""
    else:
        # The spoiler that runs into the passage ends before the quotation, one that runs out of it begins after.
        opening, closing = "||" * (before % 2), "||" * ((before + within) % 2)
        beginning = f"||{beginning}||"
    return f"{opening}\n\n> {beginning}{ellipsis} [{escape_markdown(label)}]({url})\n\n{closing}"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _severity(assessment: Assessment) -> int:
    """How grave, 0 to 100: copied words weigh by number and share; a mere paste weighs little."""
    copied = [finding for finding in assessment.findings if finding.kind is FindingKind.OVERLAP]
    if not copied:
        return 20
    words = sum(finding.words for finding in copied)
    share = min(1.0, sum(finding.share for finding in copied))
    return round(min(60, words / 4) + 40 * share)


def _evidence(finding: Finding, paste: PasteSignal | None, declared_own: bool) -> Evidence:
    """The evidence of one finding, not yet attached to a case, with what the browser and the author say."""
    declared = {"declared_own": True} if declared_own else {}
    if finding.kind is FindingKind.LONG_PASTE:
        return Evidence(
            kind=Evidence.Kind.LONG_PASTE,
            words=finding.words,
            detail={
                "characters": finding.characters,
                "origin": str(finding.origin or "unknown"),
                "count": paste.count if paste else 1,
                **declared,
            },
        )
    assert finding.source is not None  # noqa: S101  (an overlap is always with something)
    kind, _separator, pk = str(finding.source.id).partition(":")
    return Evidence(
        kind=Evidence.Kind.OVERLAP,
        words=finding.words,
        start=finding.start,
        end=finding.end,
        source_review_id=int(pk) if kind == "review" else None,
        source_title_id=int(pk) if kind == "title" else None,
        source_person_id=int(pk) if kind == "person" else None,
        source_excerpt=finding.source.text[finding.source_start : finding.source_end],
        detail={"share": round(finding.share, 3), **declared},
    )
