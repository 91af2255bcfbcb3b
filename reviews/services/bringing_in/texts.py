"""Messages that come with an import: stored as of their own day, screened and sent to be translated, and told nobody of.

A text is here already when its author wrote the same words in the same place on the same day.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Member
from films.models import Person, Title
from filmsite.lib.languages import detect
from filmsite.lib.text import render_review
from reviews.models import ImportRow, KnownText, Matter, Priority, Review, ReviewState, Revision
from reviews.services.bringing_in.batches import hold
from reviews.services.bringing_in.leasing import Claim
from reviews.services.flagging import order_flaggings_of_new
from reviews.services.indexing import note_text
from reviews.services.mentions import note_mentions
from reviews.services.screening_later import order_screening
from reviews.services.translating import order_translations
from reviews.sources import source_hash_of
from reviews.subjects import Subject, about, forget_pages_about, names_of, takes_verdict
from reviews.writing_languages import languages_of, settle, written_lately

# Titles with texts a transaction: each text is drawn, screened and looked through for names of titles.
TEXTS: Final = 20

_LINK = """
    UPDATE reviews_viewing AS viewing SET review_id = text.made
    FROM reviews_importrow AS seen
    JOIN reviews_importrow AS text ON text.of_id = seen.of_id AND text.kind = 'review' AND {same}
    JOIN reviews_review AS review ON review.id = text.made
    WHERE seen.of_id = %(of)s AND seen.kind = 'viewing' AND seen.outcome = 'created' AND viewing.id = seen.made
        AND viewing.review_id IS NULL
"""
_SAME: Final = (
    "text.data -> 'id' = seen.data -> 'review'",
    "text.title_id = seen.title_id AND text.data ->> 'seen_on' = seen.data ->> 'seen_on'",
)


def write_texts(cursor: CursorWrapper, params: dict[str, Any]) -> None:
    """Write the texts about these titles, the oldest first, so that answers come behind what they answer."""
    rows = ImportRow.objects.filter(
        of=params["of"], kind=ImportRow.Kind.REVIEW, outcome="", title__in=params["titles"]
    )
    titles = Title.objects.select_related("parent").filter(merged_into=None).in_bulk(params["titles"])
    written: list[int] = []
    for title_id, of_title in groupby(rows.order_by("title_id", "data__at", "number"), _title_of):
        if title := titles.get(title_id):
            written += _write(params, title, list(of_title))
    order_flaggings_of_new(Matter.REVIEW, written)


def write_texts_about_people(claimed: Claim) -> None:
    """Write the texts about people, in one transaction: they are few."""
    rows = ImportRow.objects.filter(of=claimed.pk, kind=ImportRow.Kind.REVIEW, outcome="", title=None)
    if not rows.exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        params = hold(cursor, claimed, [])
        found = sorted(rows.order_by("data__at", "number"), key=_person_of)
        people = Person.objects.in_bulk({_person_of(row) for row in found})
        written: list[int] = []
        for person_id, of_person in groupby(found, _person_of):
            if person := people.get(person_id):
                written += _write(params, person, list(of_person))
        order_flaggings_of_new(Matter.REVIEW, written)
        rows.filter(outcome="").update(outcome=ImportRow.Outcome.REFUSED, reason="person")
        claimed.extend()


def link_viewings(claimed: Claim) -> None:
    """Let the lines of the diary know what was written about them then."""
    with connection.cursor() as cursor:
        for same in _SAME:
            cursor.execute(_LINK.format(same=same), {"of": claimed.pk})


def _title_of(row: ImportRow) -> int:
    return row.title_id or 0


def _person_of(row: ImportRow) -> int:
    return int(row.data.get("person", 0))


def _write(params: dict[str, Any], subject: Subject, rows: Sequence[ImportRow]) -> list[int]:
    """Store what is new of these texts; answers the numbers of those that readers see."""
    author = Member.objects.annotate(written=written_lately()).get(pk=params["member"])
    own = languages_of(author, author.written)
    known = _known(author, subject)
    # What the file calls by a number, and what it is here.
    numbered: dict[int, int] = {}
    shown: list[int] = []
    for row in rows:
        at = min(parse_datetime(row.data.get("at") or "") or params["now"], params["now"])
        states = _states(row, subject, at, own)
        key = (states[-1].headline, states[-1].body, at.date())
        if key in known:
            row.outcome, row.made = ImportRow.Outcome.SAME, known[key]
        else:
            review = _publish(author, subject, row, states, at, numbered)
            known[key] = review.pk
            if review.is_published:
                shown.append(review.pk)
            row.outcome, row.made = ImportRow.Outcome.CREATED, review.pk
            row.before = {"was": None, "now": {"source_hash": review.source_hash, "state": review.state}}
        if row.made and row.data.get("id") is not None:
            numbered[row.data["id"]] = row.made
    ImportRow.objects.bulk_update(rows, ["outcome", "made", "before"])
    forget_pages_about(subject)
    return shown


def _known(author: Member, subject: Subject) -> dict[tuple[str, str, date], int]:
    """The texts of the author about it, by the words of any of their states and the day: what was edited here, or found
    to be in another language, is still the same.
    """
    found = Revision.objects.filter(
        review__in=Review.objects.about(subject).filter(author=author)
    ).values_list("headline", "body", "review__created_at", "review")
    return {(headline, body, at.date()): pk for headline, body, at, pk in found}


def _states(row: ImportRow, subject: Subject, at: datetime, own: Sequence[str]) -> list[Revision]:
    """The states of the text, the newest last. One without a language gets it as in the composer (`own`: see `settle`)."""
    data = row.data
    is_opinion = _is_opinion(data)
    newest = {
        "headline": data.get("headline", ""),
        "body": data["body"],
        "language": data.get("language"),
        "at": data.get("edited_at") or data.get("at"),
    }
    written = list(data.get("revisions", []))
    if not written or any(written[-1][name] != newest[name] for name in ("body", "headline")):
        written.append(newest)
    states = []
    for number, state in enumerate(written, 1):
        detected = detect(state["body"], names=names_of(subject))
        language = state["language"] or settle(chosen="", sure="", detected=detected, own=own).language
        headline = state["headline"] if is_opinion else ""
        states.append(
            Revision(
                number=number,
                headline=headline,
                body=state["body"],
                language=language,
                source_hash=source_hash_of(
                    body=state["body"], headline=headline, language=language, is_opinion=is_opinion
                ),
                created_at=min(parse_datetime(state["at"] or "") or at, timezone.now()),
            )
        )
    return states


def _is_opinion(data: dict[str, Any]) -> bool:
    return bool(data.get("is_opinion")) and data.get("parent") is None


def _publish(
    author: Member,
    subject: Subject,
    row: ImportRow,
    states: Sequence[Revision],
    at: datetime,
    numbered: Mapping[int, int],
) -> Review:
    """Store a text with its states, orders of translations and screening, as of its own day."""
    data, newest = row.data, states[-1]
    is_opinion = _is_opinion(data)
    # Answers to what did not come along stand for themselves.
    parent = Review.objects.filter(pk=numbered.get(data.get("parent"), 0)).first()
    review = Review.objects.create(
        **about(subject),
        author=author,
        parent=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        state=data.get("state", ReviewState.PUBLISHED),
        body=newest.body,
        html=render_review(newest.body, headings=is_opinion),
        language=newest.language,
        source_hash=newest.source_hash,
        is_opinion=is_opinion,
        verdict=data.get("verdict") if is_opinion and takes_verdict(subject) else None,
        headline=newest.headline,
        is_spoiler=bool(data.get("is_spoiler")),
        may_translate=data.get("may_translate", True),
        revision_number=newest.number,
        created_at=at,
        edited_at=parse_datetime(data.get("edited_at") or ""),
        withdrawn_at=parse_datetime(data.get("withdrawn_at") or ""),
    )
    for state in states:
        state.review = review
    Revision.objects.bulk_create(states)
    if review.is_published:
        order_translations(review=review, priority=Priority.BACKFILL)
        # A file may name any day: nobody's words are older than the day on which the site came to know them.
        note_text(review)
        KnownText.objects.filter(review=review).update(written_at=timezone.now())
        # By a worker, one after the other: a file may hold thousands.
        order_screening(review, is_urgent=False)
        note_mentions(review)
    return review
