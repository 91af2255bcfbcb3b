"""Cases as moderators get them, made past the detector: a message with a passage that stands in another text too."""

from itertools import count

from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Evidence, KnownKind, KnownText, Review
from reviews.services.opening import open_copied_case
from tests.factories import make_member, make_review, make_title

PASSAGE = (
    "Two children share one pair of worn sneakers and run through the alleys of Tehran so that neither of them comes "
    "late to school, and nobody at home must hear of it."
)
OWN = "I saw it as a child and never forgot the race."
_number = count(1)


def make_known_text(title: Title | None = None) -> KnownText:
    """The plot of a title, as the index knows it."""
    title = title or make_title(f"Heaven {next(_number)}", plot=f"{PASSAGE} In the end there is a race.")
    return KnownText.objects.create(
        kind=KnownKind.PLOT,
        title=title,
        words=40,
        first_words=40,
        source_hash="0" * 64,
        written_at=timezone.now(),
    )


def make_copied_case(
    author: Member | None = None,
    *,
    known: KnownText | None = None,
    review: Review | None = None,
    severity: int = 50,
) -> Case:
    """A case about a message whose second paragraph stands in the plot of a title."""
    known = known or make_known_text()
    assert known.title is not None
    review = review or make_review(known.title, author or make_member(), f"{OWN}\n\n{PASSAGE}")
    start = review.body.index(PASSAGE)
    evidence = Evidence(
        kind=Evidence.Kind.OVERLAP,
        start=start,
        end=start + len(PASSAGE),
        words=30,
        share=0.75,
        source=known,
        source_label=str(known.title),
        source_url=known.title.get_absolute_url(),
        source_excerpt=known.title.plot,
        excerpt_start=0,
        excerpt_end=len(PASSAGE),
    )
    return open_copied_case(
        review=review, revision=review.revisions.get(), evidence=[evidence], severity=severity
    )
