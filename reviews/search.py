"""Finding messages by their words, in the language they were written in or in that of a translation.

PostgreSQL keeps the words of both in columns of its own (`reviews/migrations/0027_words_of_messages.py`), bent back as
each language bends them, without those behind spoilers. What is asked for is read once by the rules of every language.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

import structlog
from django.conf import settings
from django.db import OperationalError, connection
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Block, Member, Mute
from accounts.permissions import Viewer
from filmsite.lib.languages import primary, same_language
from filmsite.lib.paging import BadCursor, cursor_url, read_cursor
from filmsite.lib.time_limit import time_limit
from reviews.models import Review
from reviews.reading import Reader, attach_texts
from reviews.subjects import Subject, about
from reviews.wordings import Wording

log = structlog.get_logger("reviews.search")

QUERY_LENGTH: Final = 200
PAGE: Final = 20
# Milliseconds after which a search is stopped: words that half of all messages have take too long to be of use.
TIMEOUT_MS: Final = 1_500
# What a page tells beside something else is not worth that long.
COUNT_TIMEOUT_MS: Final = 200
# The languages with rules of their own, as `reviews_words_rules` says; all others are looked for as they are written.
LANGUAGES: Final = (
    *(
        "ar",
        "hy",
        "eu",
        "ca",
        "da",
        "nl",
        "en",
        "fi",
        "fr",
        "de",
        "el",
        "hi",
        "hu",
        "id",
        "ga",
        "it",
        "lt",
        "ne",
    ),
    *("no", "nb", "pt", "ro", "ru", "sr", "es", "sv", "ta", "tr", "yi"),
)
_OTHERS: Final = ""

Sort = Literal["newest", "best"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, and where. `language` is the one that a message was written in, "" for any."""

    words: str
    subject: Subject | None = None
    author: Member | None = None
    language: str = ""
    opinions_only: bool = False
    sort: Sort = "newest"


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, its text attached in the wording that has the words; `headline` and `excerpt` mark them."""

    review: Review
    headline: SafeString
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Results:
    """A page of messages. `took_too_long` says that the search was stopped, `too_common` that no word can be looked for."""

    hits: Sequence[Hit] = ()
    previous_url: str | None = None
    next_url: str | None = None
    took_too_long: bool = False
    too_common: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    pk: int
    created_at: datetime
    rank: int
    in_original: bool
    in_translation: bool


@dataclass(slots=True)
class _Statement:
    """The arms of one search with their values."""

    reader: Reader
    asked: Asked
    queries: Mapping[str, str]
    params: dict[str, Any] = field(default_factory=dict)


def search_messages(asked: Asked, reader: Reader, query: QueryDict) -> Results:
    """The page of messages that has these words, as `after` or `before` of the address ask.

    Found are published messages of nobody whom the reader blocked or muted, or who blocked the reader; by the words of
    the original, or of its translation into the reader's language. Seven queries at most. Raises BadCursor.
    """
    queries = _read(asked.words)
    if not queries:
        return Results(too_common=bool(asked.words))
    statement = _Statement(reader, asked, queries)
    values = _cursor_of(query, asked.sort)
    backwards = "before" in query and values is not None
    try:
        with time_limit(TIMEOUT_MS):
            rows = _find(statement, values, backwards=backwards)
    except OperationalError as error:
        log.warning("search of messages stopped", error=type(error).__name__)
        return Results(took_too_long=True)
    is_more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    # Going back there is always a next page: the one we came from. Going on likewise.
    has_next, has_previous = (True, is_more) if backwards else (is_more, values is not None)
    return Results(
        hits=_hits(rows, statement),
        previous_url=cursor_url(query, "before", _place(rows[0], asked.sort))
        if rows and has_previous
        else None,
        next_url=cursor_url(query, "after", _place(rows[-1], asked.sort)) if rows and has_next else None,
    )


def count_messages(words: str, reader: Reader) -> int:
    """How many messages have these words, as `search_messages` finds them, but counted no further than `PAGE` + 1; 0 where
    that would take long. Five queries at most.
    """
    statement = _Statement(reader, Asked(words), _read(words))
    if not statement.queries:
        return 0
    try:
        with time_limit(COUNT_TIMEOUT_MS):
            return len(_find(statement, None, backwards=False))
    except OperationalError:
        return 0


def _read(words: str) -> dict[str, str]:
    """What was typed as a query for each language, "" for those without rules; only where a word has to be there.

    Quotation marks hold a phrase together and a minus leaves a word out. PostgreSQL refuses nothing that is typed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"codes": [*LANGUAGES, _OTHERS], "words": words})
        return dict(cursor.fetchall())


_READ: Final = """
    SELECT code, query::text
    FROM unnest(%(codes)s::text[]) AS code
    CROSS JOIN LATERAL (SELECT websearch_to_tsquery(public.reviews_words_rules(code), %(words)s) AS query) AS read
    WHERE querytree(query) NOT IN ('', 'T')
"""

# --- Finding ------------------------------------------------------------------------------------------------

_ORIGINALS: Final = """
    SELECT review.id, review.created_at, true AS in_original, false AS in_translation, {rank} AS rank
    FROM reviews_review AS review
    WHERE review.lexemes @@ %({name})s::tsquery AND review.state = 'published' AND {languages}{covered}{where}
"""
_TRANSLATIONS: Final = """
    SELECT review.id, review.created_at, false, true, {rank}
    FROM reviews_translation AS wording JOIN reviews_review AS review ON review.id = wording.review_id
    WHERE wording.lexemes @@ %({name})s::tsquery AND wording.target = ANY(%(into)s)
        AND wording.html <> '' AND wording.status <> 'superseded' AND wording.source_hash = review.source_hash
        AND review.state = 'published' AND review.may_translate{covered}{where}
"""
# What gives the plot away as a whole is found by its headline alone, but for its author.
_COVERED: Final = (
    " AND (NOT review.is_spoiler OR review.author_id = %(viewer)s"
    " OR ts_filter({of}.lexemes, '{{a}}') @@ %({name})s::tsquery)"
)
# A whole number, so that a page knows its place by it.
_RANK: Final = "(1000000 * ts_rank({of}.lexemes, %({name})s::tsquery, 1))::int"
_FOUND: Final = """
    SELECT id, created_at, max(rank), bool_or(in_original), bool_or(in_translation)
    FROM ({arms}) AS found
    GROUP BY id, created_at{beyond}
    ORDER BY {first} {direction}, id {direction} LIMIT %(limit)s
"""
# The newest of each arm are enough for the newest of all. Of the best that is not so: a message has its place by the
# better of its wordings.
_NEWEST: Final = (
    "({arm}{beyond} ORDER BY review.created_at {direction}, review.id {direction} LIMIT %(limit)s)"
)


def _find(statement: _Statement, place: Sequence[Any] | None, *, backwards: bool) -> list[_Found]:
    asked, params = statement.asked, statement.params
    direction, sign = ("ASC", ">") if backwards else ("DESC", "<")
    params |= {"limit": PAGE + 1, "viewer": statement.reader.viewer.pk}
    if place is not None:
        params |= {"first": place[0], "second": place[1]}
    where = _where(statement)
    arms = _arms_of_originals(statement, where) + _arms_of_translations(statement, where)
    beyond = ""
    if asked.sort == "newest":
        past = f" AND (review.created_at, review.id) {sign} (%(first)s::timestamptz, %(second)s)"
        arms = [_NEWEST.format(arm=arm, beyond=past if place else "", direction=direction) for arm in arms]
    elif place is not None:
        beyond = f" HAVING (max(rank), id) {sign} (%(first)s, %(second)s)"
    first = "created_at" if asked.sort == "newest" else "max(rank)"
    sql = _FOUND.format(arms=" UNION ALL ".join(arms), beyond=beyond, first=first, direction=direction)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_Found(*row) for row in cursor.fetchall()]


def _arms_of_translations(statement: _Statement, where: str) -> list[str]:
    """What the reader reads in translation: nothing where the language asked for is their own."""
    asked, into = statement.asked, primary(statement.reader.language)
    query = _query_for(into, statement.queries)
    if not query or primary(asked.language) == into:
        return []
    targets = [target for target in settings.FILMSITE_TRANSLATION_TARGETS if same_language(target, into)]
    statement.params |= {"translated": query, "into": [*targets, into]}
    rank = _rank(asked, of="wording", name="translated")
    covered = _COVERED.format(of="wording", name="translated")
    return [_TRANSLATIONS.format(rank=rank, name="translated", covered=covered, where=where)]


def _arms_of_originals(statement: _Statement, where: str) -> list[str]:
    """One look into the index for all languages that read the words alike."""
    asked = statement.asked
    alike: dict[str, list[str]] = defaultdict(list)
    for code, query in statement.queries.items():
        if not asked.language or code == _ruled(asked.language):
            alike[query].append(code)
    arms = []
    for number, (query, codes) in enumerate(alike.items()):
        name = f"query{number}"
        statement.params |= {name: query, f"{name}_in": codes, "ruled": list(LANGUAGES)}
        languages = f"split_part(review.language, '-', 1) = ANY(%({name}_in)s)"
        if _OTHERS in codes:
            languages = f"({languages} OR split_part(review.language, '-', 1) <> ALL(%(ruled)s))"
        rank = _rank(asked, of="review", name=name)
        covered = _COVERED.format(of="review", name=name)
        arms.append(
            _ORIGINALS.format(rank=rank, name=name, languages=languages, covered=covered, where=where)
        )
    return arms


def _ruled(language: str) -> str:
    """The code by whose rules a language is read."""
    return code if (code := primary(language)) in LANGUAGES else _OTHERS


def _rank(asked: Asked, *, of: str, name: str) -> str:
    return _RANK.format(of=of, name=name) if asked.sort == "best" else "0"


def _where(statement: _Statement) -> str:
    """The conditions that all messages have to meet, with their values."""
    asked, params = statement.asked, statement.params
    conditions = []
    if asked.subject is not None:
        ((column, subject),) = about(asked.subject).items()
        params["subject"] = subject.pk
        conditions.append(f"review.{column}_id = %(subject)s")
    if asked.author is not None:
        params["author"] = asked.author.pk
        conditions.append("review.author_id = %(author)s")
    if asked.language:
        params["language"] = primary(asked.language)
        conditions.append("split_part(review.language, '-', 1) = %(language)s")
    if asked.opinions_only:
        conditions.append("review.is_opinion")
    if hidden := _hidden_from(statement.reader.viewer):
        params["hidden"] = hidden
        conditions.append("review.author_id <> ALL(%(hidden)s)")
    return "".join(f" AND {condition}" for condition in conditions)


def _hidden_from(viewer: Viewer) -> list[int]:
    """Those whose words the viewer does not want, or who do not want theirs read. One query, none for a visitor."""
    if viewer.pk is None:
        return []
    mine = Block.objects.filter(member=viewer.pk).values_list("other")
    others = Block.objects.filter(other=viewer.pk).values_list("member")
    return [pk for (pk,) in mine.union(others, Mute.objects.filter(member=viewer.pk).values_list("other"))]


def _cursor_of(query: QueryDict, sort: Sort) -> list[Any] | None:
    """The place that the address names. Raises BadCursor."""
    cursor = query.get("before") or query.get("after") or ""
    if not cursor:
        return None
    first, pk = read_cursor(cursor, 2)
    try:
        return [datetime.fromisoformat(str(first)) if sort == "newest" else int(first), int(pk)]
    except ValueError as error:
        raise BadCursor(cursor) from error


def _place(row: _Found, sort: Sort) -> list[Any]:
    return [row.created_at if sort == "newest" else row.rank, row.pk]


# --- Showing ------------------------------------------------------------------------------------------------

# Signs that no text keeps: what stands between them is marked, all else is escaped.
_START, _STOP = "\ue000", "\ue001"
_SIGNS: Final = str.maketrans("", "", _START + _STOP)
_MARKED: Final = f"""
    SELECT place, ts_headline(public.reviews_words_rules(language), words, query::tsquery,
        'StartSel={_START},StopSel={_STOP},FragmentDelimiter=" … ",' || options)
    FROM unnest(%(places)s::int[], %(languages)s::text[], %(words)s::text[], %(queries)s::text[], %(options)s::text[])
        AS text (place, language, words, query, options)
"""  # noqa: S608  (no value is put in but our own signs)
_HEADLINE, _EXCERPT = "HighlightAll=true", "MaxFragments=2,MinWords=12,MaxWords=32"


def _hits(rows: Sequence[_Found], statement: _Statement) -> list[Hit]:
    """The messages of these rows in their order. Three queries."""
    reader = statement.reader
    pks = [row.pk for row in rows]
    found = Review.objects.for_card(reader.viewer).select_related("parent__author").in_bulk(pks)
    reviews = [found[pk] for pk in pks if pk in found]
    # The wording in which it was found comes first; where both have the words, the one that the reader prefers.
    originals = {str(row.pk) for row in rows if not row.in_translation}
    translations = {str(row.pk) for row in rows if not row.in_original}
    attach_texts(
        reviews,
        replace(
            reader,
            originals=reader.originals | originals,
            translations=(reader.translations | translations) - originals,
        ),
    )
    marked = _marked([review.text.shown for review in reviews], statement.queries, reviews)
    return [
        Hit(review, headline, excerpt) for review, (headline, excerpt) in zip(reviews, marked, strict=True)
    ]


def _marked(
    wordings: Sequence[Wording], queries: Mapping[str, str], reviews: Sequence[Review]
) -> list[tuple[SafeString, SafeString]]:
    """Headlines and excerpts with the words marked. Of what gives the plot away as a whole nothing is excerpted."""
    texts: list[tuple[str, str, str]] = []
    for wording, review in zip(wordings, reviews, strict=True):
        body = "" if review.is_spoiler else " ".join(wording.plain.split())
        texts += [(wording.language, wording.headline, _HEADLINE), (wording.language, body, _EXCERPT)]
    params: dict[str, list[Any]] = {
        "places": list(range(len(texts))),
        "languages": [language for language, _words, _options in texts],
        "words": [words.translate(_SIGNS) for _language, words, _options in texts],
        "queries": [_query_for(language, queries) for language, _words, _options in texts],
        "options": [options for _language, _words, options in texts],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MARKED, params)
        marked = dict(cursor.fetchall())
    pieces = [_as_html(_cut(marked[place], texts[place][1].translate(_SIGNS))) for place in range(len(texts))]
    return list(zip(pieces[::2], pieces[1::2], strict=True))


def _query_for(language: str, queries: Mapping[str, str]) -> str:
    return queries.get(_ruled(language), "")


def _cut(marked: str, words: str) -> str:
    """An excerpt that says where it leaves words out, and keeps the full stops that `ts_headline` loses at its ends."""
    bare = marked.translate(_SIGNS)
    if not bare:
        return ""
    before, after = words.partition(bare[:20])[0], words.rpartition(bare[-20:])[2]
    start = "… " if any(map(str.isalnum, before)) else before
    return f"{start}{marked}{' …' if any(map(str.isalnum, after)) else after}"


def _as_html(marked: str) -> SafeString:
    """Words with the signs of `_MARKED` in them as HTML; whatever a member or an engine wrote is escaped."""
    first, *rest = marked.split(_START)
    pieces = ((before, after) for before, _stop, after in (piece.partition(_STOP) for piece in rest))
    return format_html("{}{}", first, format_html_join("", "<mark>{}</mark>{}", pieces))
