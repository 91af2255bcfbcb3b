"""Looking at a text for words that are not its author's, inside the transaction that stores it."""

from collections.abc import Mapping

from reviews.models import Review, Revision


def screen_review(review: Review, revision: Revision, paste: Mapping[str, object] | None) -> None:
    """Open a case where there is reason to. `paste` is what the browser said: a hint, possibly false."""
