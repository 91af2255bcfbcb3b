"""What a reader sees of a text: which wording, with which note, in which place of a thread.

A `Reader` is made once a request. `attach_texts` gives each review its `text` with one query however many there
are, `attach_words` does so for whatever else members write; `thread_of` gives a page of a thread with four.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Final, Literal

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import Member
from accounts.permissions import Viewer
from films.models import Trivia
from filmsite.lib.languages import UNKNOWN, primary, same_language
from reviews.machines import machine_of
from reviews.models import TEXT_KINDS, Review, Translation, TranslationStatus
from reviews.permissions import can_read_text
from reviews.services.translating import order_for_reader
from reviews.sources import Source, Translatable, kind_of, source_of
from reviews.subjects import Subject, about
from reviews.wordings import Making, Note, ShownText, Wording

MESSAGES_A_PAGE = 25
REPLIES_SHOWN = 50
# More toggles than a person makes on one page; the rest of the address is ignored.
MOST_TOGGLES = 50


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads and how: the language they read in, languages that need no translation, and what was toggled.

    `language` is mostly that of the page, and need not be: it speaks two, and texts are translated into more.
    """

    viewer: Viewer
    language: str
    reads: frozenset[str] = frozenset()
    always_original: bool = False
    # Texts by `ShownText.token`.
    originals: frozenset[str] = frozenset()
    translations: frozenset[str] = frozenset()

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
                originals=frozenset(request.GET.getlist("original")[:MOST_TOGGLES]),
                translations=frozenset(request.GET.getlist("translated")[:MOST_TOGGLES]),
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

    def wants_translated(self, source: Source) -> bool:
        """Whether a translation is of use to this reader at all: not of a language they read, nor of none."""
        return primary(source.language) != UNKNOWN and primary(source.language) not in self.reads

    def prefers_original(self, token: str, author: Member | None) -> bool:
        """Which of two wordings of a text comes first: what was toggled (`ShownText.token`), else the reader's habit.

        Authors see their own words.
        """
        if token in self.originals:
            return True
        if token in self.translations:
            return False
        return self.always_original or (author is not None and author.pk == self.viewer.pk)


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


# --- Wordings -------------------------------------------------------------------------------------------


def attach_texts(reviews: Iterable[Review], reader: Reader) -> None:
    """Set `review.text` on each, with its translation into the reader's language where that is wanted.

    One query, or none when the reader needs no translation. Words are only shown that were made of the text as it
    stands, or carried over from an earlier version by `services.translating`: what an author takes back is gone at once, in
    every language. Needs author and subject loaded. What a member finds untranslated for lack of an order is ordered.
    """
    attach_words(reviews, reader)


def attach_words(texts: Iterable[Translatable], reader: Reader) -> None:
    """Give texts of any kinds what the reader sees of them: reviews `text`, others `words`, None where there are none.

    One query for all together, or none when the reader needs no translation. Needs loaded what `sources.source_of` names.
    """
    texts = list(texts)
    sources = {(kind_of(text), text.pk): source_of(text) for text in texts}
    wanted = [source for source in sources.values() if source and reader.wants_translated(source)]
    rows = _rows_of(wanted, reader.language) if wanted else {}
    told: set[tuple[Note, str]] = set()
    lacking: list[Source] = []
    for text in texts:
        source = sources[kind_of(text), text.pk]
        shown = _shown(text, source, reader, rows.get((source.kind, source.pk))) if source else None
        if source and shown and shown.note == "absent":
            lacking.append(source)
        if shown and shown.note in _SAID_ONCE:
            # What holds for every text in this language is said beside the first one.
            again = (shown.note, primary(shown.original.language)) in told
            told.add((shown.note, primary(shown.original.language)))
            shown = replace(shown, note="foreign") if again else shown
        if isinstance(text, Review):
            assert shown is not None  # noqa: S101  (a review always has words)
            text.text = shown
        else:
            vars(text)["words"] = shown
    if lacking and reader.member:
        order_for_reader(sources=lacking, language=reader.language)


_SAID_ONCE: Final = ("absent", "unsupported")
# What is read of a row, without the long columns that only its own page shows.
_READ: Final = (
    *(f"{kind}_id" for kind in TEXT_KINDS),
    *(
        "source_hash",
        "target",
        "engine",
        "body",
        "html",
        "headline",
        "content_hash",
        "via",
        "doubted_at",
        "status",
        "reason",
        "corrected_sentences",
        "left_sentences",
    ),
    *("corrected_by", "corrected_by__username", "corrected_by__closing_at", "corrected_by__closed_at"),
)


def _rows_of(sources: Sequence[Source], language: str) -> dict[tuple[str, int], Translation]:
    """The best row of each text: one that can be read before one that waits or failed, the newest of equals."""
    targets = {target for target in settings.FILMSITE_TRANSLATION_TARGETS if same_language(target, language)}
    pks: dict[str, list[int]] = defaultdict(list)
    for source in sources:
        pks[source.kind].append(source.pk)
    of_these = reduce(or_, (Q(**{f"{kind}__in": found}) for kind, found in pks.items()))
    rows = Translation.objects.filter(
        of_these, target__in=targets | {language}, source_hash__in={source.source_hash for source in sources}
    )
    hashes = {(source.kind, source.pk): source.source_hash for source in sources}
    best: dict[tuple[str, int], Translation] = {}
    for row in sorted(
        rows.select_related("corrected_by").only(*_READ),
        key=lambda row: (row.is_readable, row.status == TranslationStatus.QUEUED, row.pk),
    ):
        of = (row.kind, getattr(row, f"{row.kind}_id"))
        if hashes[of] == row.source_hash:
            best[of] = row
    return best


_NOTES: Mapping[str, Note] = {
    TranslationStatus.QUEUED: "queued",
    TranslationStatus.UNSUPPORTED: "unsupported",
    TranslationStatus.FAILED: "failed",
    TranslationStatus.SUPERSEDED: "absent",
}


def _shown(text: Translatable, source: Source, reader: Reader, row: Translation | None) -> ShownText:
    if isinstance(text, Review):
        if not can_read_text(reader.viewer, text):
            nothing = Wording(text.language, "", "", "")
            return ShownText(source.kind, source.pk, nothing, readable=False, state=text.state)
        original = Wording(text.language, text.html, text.body, text.headline)
        alone = ShownText(source.kind, source.pk, original, is_spoiler=text.is_spoiler, state=text.state)
    else:
        words = str(linebreaks(getattr(text, _WORDS[source.kind]), autoescape=True))
        original = Wording(source.language, words, source.body, source.headline)
        is_spoiler = isinstance(text, Trivia) and text.is_spoiler
        alone = ShownText(source.kind, source.pk, original, is_spoiler=is_spoiler)
        if not source.is_public:
            return alone
    if not reader.wants_translated(source):
        return alone
    if not source.may_translate:
        return replace(alone, note="declined")
    if row is None or not row.is_readable:
        note = _note_without(row) if row else "absent"
        return replace(alone, note="" if reader.always_original else note, into=reader.language)
    if (row.body, row.headline or source.headline) == (source.body, source.headline):
        # Nothing became other words: a button would bring the same again.
        return alone
    return replace(
        alone,
        translation=Wording(
            row.target,
            row.html,
            row.body,
            row.headline or source.headline,
            headline_language="" if row.headline else source.language,
        ),
        making=Making.of(row, machine=machine_of(row.engine)),
        shows_translation=not reader.prefers_original(alone.token, source.author),
        note="translated",
        into=row.target,
    )


def _note_without(row: Translation) -> Note:
    """Why the row has no words to show."""
    if row.status == TranslationStatus.QUEUED and row.reason == "engine_paused":
        return "paused"
    return _NOTES.get(row.status, "absent")


# Where the words of each kind of text stand; those of reviews are Markdown, and drawn when they are saved.
_WORDS: Final = {
    "title": "plot",
    "trivia": "text",
    "person": "biography",
    "list": "description",
    "member": "about",
    "viewing": "note",
    "entry": "note",
}


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
