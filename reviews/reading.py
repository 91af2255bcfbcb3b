"""What a reader sees of a text: which wording, with which note, in which place of a thread.

A `Reader` is made once a request. `attach_texts` gives each review its `text` with one query however many there
are; `thread_of` gives a page of a thread with four.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import Member
from accounts.permissions import Viewer
from filmsite.lib.inputs import number_in
from filmsite.lib.languages import UNKNOWN, primary, same_language
from filmsite.lib.text import excerpt, reading_minutes
from reviews.models import Review, ReviewState, Translation, TranslationStatus
from reviews.permissions import can_read_text, is_author
from reviews.services.translating import order_for_reader
from reviews.subjects import Subject, about

MESSAGES_A_PAGE = 25
REPLIES_SHOWN = 50
LONG_CHARACTERS = 1_500
# More toggles than a person makes on one page; the rest of the address is ignored.
MOST_TOGGLES = 50

# Why no translation is shown where the reader would want one; "" when there is nothing to say.
Note = Literal["", "translated", "absent", "queued", "unsupported", "failed", "declined"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads and how: the language they read in, languages that need no translation, and what was toggled.

    `language` is mostly that of the page, and need not be: it speaks two, and texts are translated into more.
    """

    viewer: Viewer
    language: str
    reads: frozenset[str] = frozenset()
    always_original: bool = False
    originals: frozenset[int] = frozenset()
    translations: frozenset[int] = frozenset()

    @classmethod
    def from_request(cls, request: HttpRequest) -> "Reader":
        """The reader of this page, made once a request. Asks nothing beyond the member that is loaded anyway."""
        if not hasattr(request, "reader"):
            viewer = request.user
            language = _language_of(request)
            reads = viewer.reads if isinstance(viewer, Member) else []
            request.reader = cls(  # type: ignore[attr-defined]  # kept with the request it describes
                viewer=viewer,
                language=language,
                reads=frozenset({language, *map(primary, reads)}),
                always_original=isinstance(viewer, Member) and viewer.always_original,
                originals=_numbers(request.GET.getlist("original")),
                translations=_numbers(request.GET.getlist("translated")),
            )
        return request.reader  # type: ignore[attr-defined]  # see above

    @classmethod
    def by_mail(cls, member: Member) -> "Reader":
        """A member who reads a mail in the language that is active now."""
        language = primary(member.translate_into or get_language() or settings.LANGUAGE_CODE)
        reads = frozenset({language, *map(primary, member.reads)})
        return cls(viewer=member, language=language, reads=reads, always_original=member.always_original)

    @property
    def member(self) -> Member | None:
        return self.viewer if isinstance(self.viewer, Member) else None

    def wants_translated(self, review: Review) -> bool:
        """Whether a translation is of use to this reader at all: not of a language they read, nor of none."""
        return primary(review.language) != UNKNOWN and primary(review.language) not in self.reads

    def prefers_original(self, review: Review) -> bool:
        """Which of two wordings comes first: what was toggled, else the reader's habit. Authors see their own."""
        if review.pk in self.originals:
            return True
        if review.pk in self.translations:
            return False
        return self.always_original or is_author(self.viewer, review)


def _language_of(request: HttpRequest) -> str:
    """The member's choice, else that of the page; for a visitor see `language_of_visitor`."""
    of_page = primary(get_language() or settings.LANGUAGE_CODE)
    viewer = request.user
    if isinstance(viewer, Member):
        return primary(viewer.translate_into) or of_page
    return language_of_visitor(request, of_page=of_page)


def language_of_visitor(request: HttpRequest, *, of_page: str) -> str:
    """The language in which somebody who is not signed in reads texts, told by cookie and header alone.

    For a visitor who chose nothing here: what their browser wants most of what we translate into. Else the language
    of the page. The answer says in Vary that it depends on these (`InterfaceLanguage`).
    """
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES):
        return of_page
    offered = {primary(target) for target in settings.FILMSITE_TRANSLATION_TARGETS}
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    return next((primary(code) for code, _weight in wanted if primary(code) in offered), of_page)


def _numbers(values: Sequence[str]) -> frozenset[int]:
    found = (number_in(value) for value in values[:MOST_TOGGLES])
    return frozenset(number for number in found if number is not None)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language. `html` is sanitised and safe to mark as such."""

    language: str
    html: str
    source: str
    headline: str


@dataclass(frozen=True, slots=True)
class ReviewText:
    """What one reader sees of one review."""

    original: Wording
    readable: bool
    translation: Wording | None = None
    shows_translation: bool = False
    is_partial: bool = False
    note: Note = ""
    # The language that a translation is, or would be, in.
    into: str = ""

    @property
    def shown(self) -> Wording:
        return self.translation if self.translation and self.shows_translation else self.original

    @property
    def other(self) -> Wording | None:
        """The wording that the toggle brings."""
        return self.original if self.shows_translation else self.translation

    @property
    def headline(self) -> str:
        return self.shown.headline

    @property
    def is_long(self) -> bool:
        """Too long to stand in a thread when it has a page of its own."""
        return len(self.shown.source) > LONG_CHARACTERS

    @property
    def minutes(self) -> int:
        return reading_minutes(self.shown.source)

    def excerpt(self, characters: int) -> str:
        # Parsing is the cost; what lies far behind cannot show. A spoiler cut open hides its rest.
        return excerpt(self.shown.source[: 8 * characters], characters=characters)


def attach_texts(reviews: Iterable[Review], reader: Reader) -> None:
    """Set `review.text` on each, with its translation into the reader's language where that is wanted.

    One query, or none when the reader needs no translation. A translation of an earlier version is never shown: an
    author who takes words back must have them gone at once, in every language. Needs `review.subject` loaded. What a
    member finds untranslated for lack of an order is ordered (`order_for_reader`).
    """
    reviews = list(reviews)
    wanted = [review.pk for review in reviews if reader.wants_translated(review)]
    found = _current_translations(wanted, reader.language) if wanted else {}
    for review in reviews:
        review.text = _text_for(review, reader, found.get((review.pk, review.source_hash)))
    lacking = [review for review in reviews if review.is_published and review.text.note == "absent"]
    if lacking and reader.member:
        order_for_reader(reviews=lacking, language=reader.language)


def _current_translations(pks: Sequence[int], language: str) -> dict[tuple[int, str], Translation]:
    """The best row of each text: one that can be read before one that waits or failed, the newest of equals."""
    targets = {target for target in settings.FILMSITE_TRANSLATION_TARGETS if same_language(target, language)}
    rows = Translation.objects.filter(review__in=pks, target__in=targets | {language})
    best: dict[tuple[int, str], Translation] = {}
    for row in sorted(
        rows, key=lambda row: (row.is_readable, row.status == TranslationStatus.QUEUED, row.pk)
    ):
        best[row.review_id, row.source_hash] = row
    return best


_NOTES: Mapping[str, Note] = {
    TranslationStatus.QUEUED: "queued",
    TranslationStatus.UNSUPPORTED: "unsupported",
    TranslationStatus.FAILED: "failed",
    TranslationStatus.SUPERSEDED: "absent",
}


def _text_for(review: Review, reader: Reader, row: Translation | None) -> ReviewText:
    original = Wording(review.language, review.html, review.body, review.headline)
    if not can_read_text(reader.viewer, review):
        return ReviewText(Wording(review.language, "", "", ""), readable=False)
    if not reader.wants_translated(review):
        return ReviewText(original, readable=True)
    if not review.may_translate:
        return ReviewText(original, readable=True, note="declined")
    if row is None or not row.is_readable:
        note = _NOTES[row.status] if row else "absent"
        return ReviewText(
            original, readable=True, note="" if reader.always_original else note, into=reader.language
        )
    return ReviewText(
        original,
        readable=True,
        translation=Wording(row.target, row.html, row.body, row.headline or review.headline),
        shows_translation=not reader.prefers_original(review),
        is_partial=row.status == TranslationStatus.PARTIAL,
        note="translated",
        into=row.target,
    )


# --- Threads --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Entry:
    """A message with the replies below it; `more` of them are on the message's own page."""

    review: Review
    replies: list[Review] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of what was said about a title or a person."""

    entries: list[Entry]
    page: Page
    sort: Literal["newest", "oldest"]
    opinions_only: bool
    total: int


def thread_of(subject: Subject, reader: Reader, query: Mapping[str, str]) -> Thread:
    """A page of the thread of a title or a person, as `sort`, `opinions` and `page` of the query ask; what is odd is ignored.

    Four queries whatever its size: the count, the messages, their replies, the translations of all. A fifth counts the
    replies that are left out, if any are.
    """
    sort: Literal["newest", "oldest"] = "oldest" if query.get("sort") == "oldest" else "newest"
    opinions_only = query.get("opinions") == "1"
    messages = Review.objects.about(subject).with_author(reader.viewer).folded_for(reader.viewer)
    messages = messages.opinions() if opinions_only else messages.filter(root__isnull=True)
    order = ("created_at", "id") if sort == "oldest" else ("-created_at", "-id")
    page = Paginator(messages.order_by(*order), MESSAGES_A_PAGE).get_page(query.get("page"))
    entries = [Entry(_told_of(subject, review)) for review in page]
    if not opinions_only:
        attach_replies(entries, reader)
    attach_texts((review for entry in entries for review in [entry.review, *entry.replies]), reader)
    return Thread(entries, page, sort, opinions_only, message_count(subject, default=page.paginator.count))


def message_count(subject: Subject, *, default: int) -> int:
    """The published messages about a subject that was fetched with its totals, else the default. Asks nothing."""
    loaded = subject._state.fields_cache
    if "totals" not in loaded:
        return default
    # A person has no row of totals until the first message.
    return loaded["totals"].message_count if loaded["totals"] else 0


def attach_replies(entries: Sequence[Entry], reader: Reader, *, each: int = REPLIES_SHOWN) -> None:
    """Give each message its first replies, in one query, or two where some are left out. A reply to a reply knows whom it answers.

    Needs the subjects of the messages loaded: their replies are about the same.
    """
    by_root = {entry.review.pk: entry for entry in entries}
    if not by_root:
        return
    # One more than is shown tells whether there are more.
    replies = Review.objects.first_replies(list(by_root), each=each + 1).with_author(reader.viewer)
    for reply in replies.folded_for(reader.viewer).select_related("parent__author"):
        assert reply.root_id is not None  # noqa: S101  (what the query filters on)
        entry = by_root[reply.root_id]
        entry.replies.append(_told_of(entry.review.subject, reply))
    cut = [entry for entry in entries if len(entry.replies) > each]
    totals = Review.objects.count_replies([entry.review.pk for entry in cut]) if cut else {}
    for entry in cut:
        del entry.replies[each:]
        entry.more = totals[entry.review.pk] - each


def exchange_around(review: Review, reader: Reader) -> Entry:
    """A message with everything below it, or a reply with the direct answers it got; texts attached."""
    entry = Entry(review)
    if review.root_id is None:
        attach_replies([entry], reader, each=4 * REPLIES_SHOWN)
    else:
        answers = Review.objects.filter(parent=review).with_author(reader.viewer)
        first = (
            answers.select_related("parent__author")
            .folded_for(reader.viewer)
            .order_by("created_at", "id")[: 4 * REPLIES_SHOWN]
        )
        entry.replies = [_told_of(review.subject, answer) for answer in first]
    attach_texts([review, *entry.replies], reader)
    return entry


def _told_of(subject: Subject, review: Review) -> Review:
    """Let a text know its subject, which is loaded already."""
    for name, value in about(subject).items():
        setattr(review, name, value)
    return review


def placeholder_kind(review: Review) -> str:
    """Which words stand in place of a text the reader may not read."""
    return "withdrawn" if review.state == ReviewState.WITHDRAWN else "removed"
