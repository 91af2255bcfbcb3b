"""Cases as moderators get them, and what is said and decided about them. Those about copied words are made past the detector:
a message with a passage that stands in another text too.
"""

from itertools import count
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Decision, Evidence, KnownKind, KnownText, Notice, Notification, Review
from reviews.services.deciding import decide_case
from reviews.services.opening import open_copied_case
from reviews.services.serving_notices import confirm_notice, serve_notice
from tests.factories import make_member, make_review, make_title

PASSAGE = (
    "Two children share one pair of worn sneakers and run through the alleys of Tehran so that neither of them comes "
    "late to school, and nobody at home must hear of it."
)
OWN = "I saw it as a child and never forgot the race, nor the fish in the fountain."
_number = count(1)
_Row = TypeVar("_Row", bound=Model)


def fresh(row: _Row) -> _Row:
    """The row as it is stored now."""
    return type(row)._default_manager.get(pk=row.pk)


def decide(case: Case, moderator: Member, verdict: str) -> Decision:
    """What a moderator decides about a case as it is stored now: that it is advertising, where something is wrong."""
    rule = "" if verdict in ("keep", "restore") else "advertising"
    return decide_case(case=fresh(case), moderator=moderator, verdict=verdict, reason="Looked at.", rule=rule)


def notice_about(*texts: Review, mark: str = "t") -> Notice:
    """A confirmed notice of a rights-holder about these messages; `mark` tells one notice from another."""
    notice = serve_notice(
        token=mark * 43, language="en", name="Rita", on_behalf_of="", email="rita@holder.example", work="Ours.",
        work_url="", explanation="Ours.", addresses=[text.get_absolute_url() for text in texts],
    )  # fmt: skip
    confirm_notice(notice=notice)
    return fresh(notice)


def told_about(text: Review) -> list[str]:
    """What reporters heard about a message, in order."""
    news = Notification.objects.filter(detail__news="report", review=text).order_by("pk")
    return [item.detail["outcome"] for item in news]


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
