"""What a new text is compared with, and what its author may use all the same: the reading side of screening.

`reviews.copydetect` decides about words, and `reviews.copy_index` finds the texts among millions that share some. Here
are those that are not in the index yet: the newest of the same thread, and the plots of the title's family.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.models import Section
from films.models import Person, Title
from reviews import copy_index
from reviews.copied_evidence import found_copied
from reviews.copydetect import rules
from reviews.copydetect.allowed import first_paragraph_words
from reviews.copydetect.candidates import Allowance, choose
from reviews.copydetect.normalise import words_of
from reviews.copydetect.rules import Assessment, Excuses, Limits, assess
from reviews.models import (
    Case,
    CaseKind,
    DelayedScreening,
    KnownKind,
    KnownText,
    Matter,
    Review,
    Revision,
)
from reviews.moderation.matters import UNDECIDED
from reviews.subjects import Subject

# Of a thread so many of the newest texts are looked through for those that are in no index yet.
NEWEST: Final = 100
_CHOOSING_SECONDS: Final = 0.05
_FORMER_STATES: Final = 20
# Of the thread and of the title's family those of which there are no fingerprints, or none of the words that stand there now.
# Each is looked up by itself: joined, the planner would read known texts of the whole site in the order of their messages.
_FRESH: Final = """
    SELECT 'review', newest.id
    FROM (
        SELECT id FROM reviews_review
        WHERE (title_id = %(title)s OR person_id = %(person)s) AND state = 'published'
            AND id IS DISTINCT FROM %(review)s
        ORDER BY created_at DESC LIMIT %(newest)s
    ) AS newest
    WHERE coalesce((SELECT algorithm FROM reviews_knowntext WHERE review_id = newest.id), 0) = 0
    UNION ALL
    SELECT 'title', title.id FROM films_title AS title
    WHERE (title.id = %(root)s OR title.parent_id = %(root)s) AND title.plot <> '' AND title.id IS DISTINCT FROM %(standing)s
        AND coalesce((SELECT algorithm FROM reviews_knowntext WHERE title_id = title.id), 0) = 0
    UNION ALL
    SELECT 'person', person.id FROM films_person AS person
    WHERE person.id = %(person)s AND person.biography <> '' AND person.id IS DISTINCT FROM %(standing)s
        AND coalesce((SELECT algorithm FROM reviews_knowntext WHERE person_id = person.id), 0) = 0
"""


def limits_of(section: str) -> Limits:
    """From how many copied words what happens, in a section."""
    words, case_words = settings.FILMSITE_COPY_WARN_WORDS, settings.FILMSITE_COPY_CASE_WORDS
    share = settings.FILMSITE_COPY_CASE_SHARE
    return Limits(
        warn_words=words.get(section, words["default"]),
        case_words=case_words.get(section, case_words["default"]),
        case_share=share.get(section, share["default"]),
    )


def compare(
    text: str,
    *,
    subject: Subject | None,
    author_id: int,
    written_at: datetime,
    own_words: Callable[[int, Collection[int]], Collection[int]] | None,
    review: Review | None = None,
    parent: Review | None = None,
    standing: Title | Person | None = None,
    earlier: Sequence[rules.KnownText] = (),
    every_run: bool = False,
    limits: Limits | None = None,
) -> Assessment:
    """Judge a text about a subject; without one it is about its author. `review` is the message whose words they are or
    will be, `parent` what it answers; of a plot or a biography `standing` is the row that has it.

    `own_words` gives for an author which of some known texts are their own words (`reviews.services.own_words`). With None
    nobody's word is taken for it: only what the author wrote before the source is theirs. `earlier` are former states of
    what is no message. With `every_run` the index is asked for every run of words, as when a text is stored. `limits` are
    those of the section unless given. Raises `copy_index.IndexTooSlow`.
    """
    limits = limits or limits_of(Section.MEMBERS if subject is None else subject.section)
    words = [token.word for token in words_of(text)]
    if len(words) < limits.warn_words:
        return Assessment(len(words), limits=limits)
    found = copy_index.candidates_for(
        words,
        author_id=author_id,
        every_run=every_run,
        exclude_review=review.pk if review else None,
        exclude_standing=standing,
    )
    sources = copy_index.load_known([candidate.known_id for candidate in found])
    if subject is not None:
        known = {source.id for source in sources}
        sources += _not_indexed(words, subject, review, standing, without=known)
    if not sources:
        return Assessment(len(words), limits=limits)
    mine = [source.id for source in sources if source.author_id == author_id]
    theirs = [source.id for source in sources if source.author_id != author_id]
    own = set(own_words(author_id, theirs)) if own_words else set()
    # What was found copied is not theirs by their saying so afterwards.
    copied = found_copied(author_id, theirs) if own_words and (mine or own) else set()
    excuses = Excuses(
        own=own - copied,
        doubted=_in_question(mine) if own_words else mine,
        copied=copied,
        answered=_answered(parent),
        earlier=[*_former_states(review), *earlier],
    )
    return assess(text, sources, author_id=author_id, written_at=written_at, limits=limits, excuses=excuses)


def compare_as_it_stands(review: Review) -> Assessment:
    """Judge a message for a moderator who looks at it, by its words of today and by nobody's word.

    The message is loaded with its subject and what it answers. Raises `copy_index.IndexTooSlow`.
    """
    return compare(
        review.body,
        subject=review.subject,
        author_id=review.author_id,
        written_at=max(review.edited_at or review.created_at, known_since(review)),
        own_words=None,
        review=review,
        parent=review.parent,
        every_run=True,
    )


def known_since(review: Review) -> datetime:
    """Since when the site knows that these are somebody's words: of what came with a file, that day and no earlier one."""
    noted = KnownText.objects.filter(review=review).values_list("written_at", flat=True).first()
    return noted or review.created_at


def _not_indexed(
    words: Sequence[str],
    subject: Subject,
    review: Review | None,
    standing: Title | Person | None,
    *,
    without: Collection[int],
) -> list[rules.KnownText]:
    """Texts near this one that the index does not hold yet, and that share enough with it to be compared."""
    fresh = _fresh_near(subject, review, standing)
    if not fresh:
        return []
    near = [*_titles(fresh["title"]), *_people(fresh["person"]), *_messages(fresh["review"])]
    near = [text for text in near if text.id not in without]
    chosen = choose(words, [text.text for text in near], allowance=Allowance(_CHOOSING_SECONDS))
    return [near[place] for place in chosen.places[: copy_index.MOST_SOURCES]]


def _fresh_near(
    subject: Subject, review: Review | None, standing: Title | Person | None
) -> defaultdict[str, list[int]]:
    """The ids of what is in no index yet, by what it is of; nearly always there is nothing, and so no row is loaded.

    A season's plot may repeat that of the show, and the other way round.
    """
    if isinstance(subject, Title):
        near = {"title": subject.pk, "root": subject.parent_id or subject.pk, "person": None}
    else:
        near = {"title": None, "root": None, "person": subject.pk}
    own = {"review": review.pk if review else None, "standing": standing.pk if standing else None}
    with connection.cursor() as cursor:
        cursor.execute(_FRESH, near | own | {"newest": NEWEST})
        fresh = defaultdict(list)
        for kind, pk in cursor.fetchall():
            fresh[kind].append(pk)
    return fresh


def _messages(pks: Collection[int]) -> Iterator[rules.KnownText]:
    columns = ("body", "created_at", "author__username", "known_text__algorithm")
    messages = Review.objects.filter(pk__in=pks).select_related("author", "known_text").only(*columns)
    for message in messages.order_by("-created_at"):
        yield _as_known(
            message,
            KnownKind.REVIEW,
            message.body,
            author_id=message.author_id,
            label=message.author.username,
            written_at=message.created_at,
        )


def _titles(pks: Collection[int]) -> Iterator[rules.KnownText]:
    columns = ("kind", "parent_id", "season_number", "name", "slug", "year", "plot", "plot_author_id")
    titles = Title.objects.filter(pk__in=pks).select_related("known_text")
    for title in titles.only(*columns, "known_text__algorithm").order_by("pk"):
        yield _as_known(title, KnownKind.PLOT, title.plot, author_id=title.plot_author_id, label=str(title))


def _people(pks: Collection[int]) -> Iterator[rules.KnownText]:
    for person in Person.objects.filter(pk__in=pks).select_related("known_text"):
        yield _as_known(person, KnownKind.BIOGRAPHY, person.biography, label=person.name)


def _as_known(row: Review | Title | Person, kind: str, text: str, **fields: Any) -> rules.KnownText:
    noted = getattr(row, "known_text", None)
    return rules.KnownText(
        # Of what was never noted the id of the row stands for it, below zero.
        id=noted.pk if noted else -row.pk,
        kind=kind,
        text=text,
        url=row.get_absolute_url(),
        first_words=first_paragraph_words(text),
        **fields,
    )


def _in_question(own: Sequence[int]) -> set[int]:
    """Which of the author's own known texts a case about copied words is open about, or may be when they are compared."""
    if not own:
        return set()
    undecided = Case.objects.filter(kind=CaseKind.COPIED, state__in=UNDECIDED)
    waiting = DelayedScreening.objects.all()
    doubted = KnownText.objects.filter(
        Exists(undecided.filter(matter=Matter.REVIEW, review=OuterRef("review")))
        | Exists(undecided.filter(matter=Matter.PLOT, title=OuterRef("title")))
        | Exists(waiting.filter(review=OuterRef("review")))
        | Exists(waiting.filter(matter=Matter.PLOT, number=OuterRef("title_id"))),
        pk__in=own,
    )
    return set(doubted.values_list("pk", flat=True))


def _answered(parent: Review | None) -> list[rules.KnownText]:
    """The message that is answered, and the one that began the exchange."""
    if parent is None:
        return []
    bodies = Review.objects.filter(pk__in={parent.pk, parent.root_id or parent.pk}).values_list(
        "body", flat=True
    )
    return [rules.KnownText(0, KnownKind.REVIEW, body) for body in bodies]


def _former_states(review: Review | None) -> list[rules.KnownText]:
    """What the message said before, each with the day on which it began to say so."""
    if review is None:
        return []
    states = Revision.objects.filter(review=review, created_at__gte=known_since(review)).order_by("number")
    return [
        rules.KnownText(0, KnownKind.REVIEW, state.body, written_at=state.created_at)
        for state in states[:_FORMER_STATES]
    ]
