"""What becomes of translations when a member changes by whom their texts may be translated."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import Member, TranslationConsent
from films.models import Title, Trivia
from filmsite.lib.kept import forget_pages
from reviews.authors import of_author
from reviews.models import Correction, Priority, Review, Translation, TranslationStatus
from reviews.translation.memory import PIPELINE_VERSION


@transaction.atomic
def apply_consent(*, member: Member) -> int:
    """Let the translations of a member's texts follow their consent as it stands in the row; answers how many changed.

    With "none" all of them are gone at once, and no result that is under way is stored. With "house" what is under way is
    made again, by engines of this site. Back from "none", those of the present words show again, and are made anew behind
    all else where they are not whole; texts that never had one get theirs when somebody meets them.
    """
    consent = Member.objects.values_list("translation_consent", flat=True).get(pk=member.pk)
    rows = Translation.objects.filter(of_author(member))
    # Held in the order of their ids, as workers and whoever orders again hold them.
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    if consent == TranslationConsent.NONE:
        changed = rows.exclude(status=TranslationStatus.SUPERSEDED).update(
            status=TranslationStatus.SUPERSEDED, lease_until=None
        )
    else:
        # What a worker has in hand may be with an engine that it must not go to any more.
        changed = rows.filter(status=TranslationStatus.QUEUED, lease_until__isnull=False).update(
            lease_until=None, next_attempt_at=now
        )
        stands = Q(review__isnull=True) | Q(review__source_hash=F("source_hash"), review__may_translate=True)
        hidden = rows.filter(stands, status=TranslationStatus.SUPERSEDED)
        changed += hidden.filter(_is_whole()).update(status=TranslationStatus.DONE, lease_until=None)
        changed += hidden.update(
            status=TranslationStatus.QUEUED,
            priority=Priority.BACKFILL,
            reason="",
            attempts=0,
            queued_at=now,
            next_attempt_at=now,
            lease_until=None,
        )
    if changed:
        forget_pages_with(member)
    return changed


def _is_whole() -> Q:
    """The condition that a review's translation is as an engine would make it again: of these words, all of them, by the
    rules of today, with no correction that may have been decided about while it was hidden.
    """
    correction = Correction.objects.filter(review=OuterRef("review"), target=OuterRef("target"))
    return (
        Q(review__isnull=False, content_hash=F("source_hash"), pipeline_version=PIPELINE_VERSION)
        & ~Q(html="")
        & ~Q(sentences__contains=[{"by": "author"}])
        & ~Q(Exists(correction))
    )


def forget_pages_with(member: Member) -> None:
    """Build the pages anew, once this transaction is committed, on which something by the member stands."""
    titles = {
        *Review.objects.filter(author=member).values_list("title_id", "title__parent_id"),
        *Trivia.objects.filter(author=member).values_list("title_id", "title__parent_id"),
        *Title.objects.filter(plot_author=member).values_list("pk", "parent_id"),
    }
    people = Review.objects.filter(author=member, person__isnull=False).values_list("person_id", flat=True)
    forget_pages(title_ids={pk for pair in titles for pk in pair}, person_ids=set(people))
