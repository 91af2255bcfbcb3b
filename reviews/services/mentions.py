"""The titles that a text names as [[title]]: what those titles' pages link back to."""

from typing import Final

from films.search.naming import titles_called
from filmsite.lib.kept import forget_pages
from filmsite.lib.text import named_titles
from reviews.models import Mention, Review

# A list of names is no conversation about each of them.
MOST_MENTIONS: Final = 30


def note_mentions(review: Review) -> None:
    """Store which titles the text names now, without the one that it stands under. Part of the caller's transaction."""
    names = named_titles(review.body)[:MOST_MENTIONS]
    if not names and review.revision_number == 1:
        return
    named = set(titles_called(names).values()) - {review.title_id}
    before = set(Mention.objects.filter(review=review).values_list("title_id", flat=True))
    Mention.objects.filter(review=review, title__in=before - named).delete()
    Mention.objects.bulk_create(
        (Mention(review=review, title_id=title_id) for title_id in sorted(named - before)),
        ignore_conflicts=True,
    )
    forget_pages(title_ids=named ^ before)
