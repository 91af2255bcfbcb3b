"""What votes, texts and moderation hold of a member who leaves, erased in the transaction of `accounts.services.closing`.

Locks are taken in the order of everybody else: merges wait, then votes, messages, totals of titles and people. Totals
follow by trigger.

A text that goes takes its revisions, translations, corrections and the sentences of the translation memory along. Where others
answered it, or moderators decided about it, an empty one stays in its place, as after any withdrawal. What moderators
did stays, without the moderator; a report stays for the text it is about, without the reporter and their words.
"""

from collections import defaultdict
from typing import Final

from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from accounts.models import Member
from films.services.merging import hold_for_merge
from filmsite.lib.kept import forget_pages
from filmsite.lib.languages import UNKNOWN
from reviews.models import (
    BadTranslation,
    Case,
    Correction,
    DelayedScreening,
    Draft,
    Evidence,
    ListEntry,
    MemberExport,
    MemberImport,
    MemberMention,
    Mention,
    MovedVote,
    Notification,
    NotificationSetting,
    PastVote,
    Review,
    ReviewState,
    Revision,
    SetAsideVote,
    SubjectFollow,
    TitleList,
    Translation,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.moderation.matters import UNDECIDED
from reviews.services.erasing_moderation import forget_in_moderation
from reviews.services.translating import forget_sentences

# Rows that go as they are, by table and the column that names the member. Votes come before what a merge kept of them.
_GONE: Final[tuple[tuple[type[Model], str], ...]] = (
    (Vote, "member"),
    (MovedVote, "member"),
    (SetAsideVote, "member"),
    (PastVote, "member"),
    (Viewing, "member"),
    (WatchlistEntry, "member"),
    (ListEntry, "list__owner"),
    (TitleList, "owner"),
    (Draft, "member"),
    (MemberMention, "member"),
    (SubjectFollow, "member"),
    (Notification, "recipient"),
    (Notification, "actor"),
    (NotificationSetting, "member"),
    (MemberImport, "member"),
    (MemberExport, "member"),
    (BadTranslation, "member"),
    # Of what they say of themselves; with their lists and notes those of these go.
    (Translation, "member"),
    (Correction, "member"),
)

_HOLD: Final = """
    SELECT FROM reviews_vote WHERE member_id = %(member)s ORDER BY id FOR UPDATE;
    SELECT FROM reviews_review WHERE author_id = %(member)s ORDER BY id FOR UPDATE;
    WITH concerned AS (
        SELECT title_id AS id FROM reviews_vote WHERE member_id = %(member)s
        UNION SELECT title_id FROM reviews_review WHERE author_id = %(member)s
    ), with_shows AS (
        SELECT id FROM concerned
        UNION SELECT parent_id FROM films_title JOIN concerned USING (id)
    )
    SELECT FROM films_titletotals JOIN films_title ON films_title.id = title_id
    WHERE title_id IN (SELECT id FROM with_shows)
    ORDER BY kind = 'show', title_id FOR UPDATE OF films_titletotals;
    SELECT FROM films_persontotals
    WHERE person_id IN (SELECT person_id FROM reviews_review WHERE author_id = %(member)s)
    ORDER BY person_id FOR UPDATE
"""


def erase_member(*, member: Member, keeps_texts: bool) -> None:
    """Part of the transaction that erases the member. `keeps_texts` leaves what is published, in its last state."""
    texts = Review.objects.filter(author=member)
    going = texts.exclude(state=ReviewState.PUBLISHED) if keeps_texts else texts
    hold_for_merge(())
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"member": member.pk})
        # A vote that goes with its member is not one that was taken back.
        cursor.execute("SET LOCAL filmsite.history = 'off'")
    _forget_pages(member)
    of_notes = Q(viewing__member=member) | Q(entry__list__owner=member)
    of_earlier_words = Q(review__author=member) & ~Q(review__source_hash=F("source_hash"))
    of_going = Q(review__in=going) | of_earlier_words
    forget_sentences(of=of_going | Q(list__owner=member) | Q(member=member) | of_notes)
    for model, column in _GONE:
        model._default_manager.filter(**{column: member}).delete()
    pks = list(going.values_list("pk", flat=True))
    forget_in_moderation(member=member, going=pks)
    _forget_who_corrected(member)
    _forget_words(pks)
    if keeps_texts:
        _forget_earlier_states(texts.filter(state=ReviewState.PUBLISHED))


def _forget_pages(member: Member) -> None:
    rows = [
        *Vote.objects.filter(member=member).values_list("title_id", "title__parent_id"),
        *Review.objects.filter(author=member).values_list("title_id", "title__parent_id"),
    ]
    people = Review.objects.filter(author=member, person__isnull=False).values_list("person_id", flat=True)
    forget_pages(title_ids={pk for row in rows for pk in row}, person_ids=set(people))


def _forget_who_corrected(member: Member) -> None:
    """Suggestions that were taken belong to the translation and stay without a name; the others go with their words."""
    made = Correction.objects.filter(by=member)
    made.exclude(state=Correction.State.ACCEPTED).delete()
    made.update(by=None)
    Correction.objects.filter(decided_by=member).update(decided_by=None)
    Translation.objects.filter(corrected_by=member).update(corrected_by=None)


def _forget_earlier_states(kept: QuerySet[Review]) -> None:
    """Of texts that stay only what readers see: no earlier state, but for the words that a moderator has yet to judge."""
    judged = Case.objects.filter(snapshot__revision=OuterRef("pk"), state__in=UNDECIDED)
    earlier = Revision.objects.filter(review__in=kept).exclude(number=F("review__revision_number"))
    earlier.filter(~Exists(judged)).delete()
    Translation.objects.filter(review__in=kept).exclude(source_hash=F("review__source_hash")).delete()
    # What rests because its sentence is gone from the text would keep that sentence.
    stands: dict[int, set[str]] = defaultdict(set)
    for review, sentences in Translation.objects.filter(review__in=kept).values_list("review", "sentences"):
        stands[review].update(pair["source"] for pair in sentences)
    resting = [
        pk
        for pk, review, sentence in Correction.objects.filter(review__in=kept).values_list(
            "pk", "review", "sentence"
        )
        if sentence not in stands[review]
    ]
    Correction.objects.filter(pk__in=resting).delete()


def _forget_words(pks: list[int]) -> None:
    """Take texts away whole where nobody needs their place, and their words where somebody does."""
    going = Review.objects.filter(pk__in=pks)
    # Passages shown beside somebody else's text.
    Evidence.objects.filter(source_review__in=pks).update(source_excerpt="")
    for model in (Revision, Translation, Correction, Mention, MemberMention, DelayedScreening):
        model._default_manager.filter(review__in=pks).delete()
    going.filter(state=ReviewState.PUBLISHED).update(state=ReviewState.WITHDRAWN)
    going.update(
        body="",
        html="",
        headline="",
        verdict=None,
        is_opinion=False,
        is_spoiler=False,
        language=UNKNOWN,
        source_hash="",
        revision_number=1,
        edited_at=None,
    )
    _take_away(going)


def _take_away(going: QuerySet[Review]) -> None:
    """Delete those that nothing rests on, the last of an exchange first; an answer to none of the others goes with them."""
    answered = Review.objects.filter(Q(parent=OuterRef("pk")) | Q(root=OuterRef("pk")))
    begun = Draft.objects.filter(parent=OuterRef("pk"))
    judged = Case.objects.filter(review=OuterRef("pk"))
    while Review.objects.filter(
        pk__in=list(
            going.filter(~Exists(answered), ~Exists(begun), ~Exists(judged)).values_list("pk", flat=True)
        )
    ).delete()[0]:
        pass
