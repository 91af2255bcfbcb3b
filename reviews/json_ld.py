"""What members say of a title as search engines read it: schema.org's Review, in JSON-LD."""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings

from accounts.models import Member
from filmsite.lib.fragments import key_of
from filmsite.lib.languages import UNKNOWN
from reviews.models import Review
from reviews.wordings import Wording

REVIEWS_SAID: Final = 5
CHARACTERS: Final = 500


def describe_reviews(about: str, reviews: Iterable[Review]) -> dict[str, Any] | None:
    """Give some of the texts of a thread in the words that the page shows, or None without any. Needs texts attached.

    `about` is the public address of the title's page. What gives the plot away, and what not everybody may read, is
    left out.
    """
    open_to_all = [review for review in reviews if review.is_published and not review.is_spoiler][
        :REVIEWS_SAID
    ]
    if not open_to_all:
        return None
    return {"@context": "https://schema.org", "@graph": [_review(about, review) for review in open_to_all]}


def key_of_reviews(about: str, reviews: Iterable[Review]) -> str:
    """The key of what `describe_reviews` says of these texts (`filmsite.lib.fragments`)."""
    said = [
        (
            review.pk,
            review.revision_number,
            review.state,
            review.is_spoiler,
            review.verdict,
            review.author.shown_name,
            review.text,
        )
        for review in reviews
    ]
    return key_of("reviews-ld", about, said, settings.FILMSITE_URL)


def _person(author: Member) -> dict[str, str]:
    described = {"@type": "Person", "name": author.shown_name}
    if not author.is_former:
        described["url"] = settings.FILMSITE_URL + author.get_absolute_url()
    return described


def _language(wording: Wording) -> str:
    return wording.language if wording.language != UNKNOWN else ""


def _review(about: str, review: Review) -> dict[str, Any]:
    text = review.text
    described: dict[str, Any] = {
        "@type": "Review",
        "url": settings.FILMSITE_URL + review.get_absolute_url(),
        "itemReviewed": {"@id": about},
        "author": _person(review.author),
        "datePublished": review.created_at.date().isoformat(),
        "inLanguage": _language(text.shown),
        "name": text.headline,
        "reviewBody": text.excerpt(CHARACTERS),
    }
    if text.shows_translation:
        described["translationOfWork"] = {"@type": "Review", "inLanguage": _language(text.original)}
    if review.verdict:
        described["reviewRating"] = {
            "@type": "Rating",
            "ratingValue": review.verdict / 2,
            "bestRating": 5,
            "worstRating": 0.5,
        }
    return {key: value for key, value in described.items() if value}
