"""People's words for sentences, to be used wherever a text is translated."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from reviews.models import Correction
from reviews.services.translating.texts import of_texts
from reviews.sources import Source

# By text and language: for each of the author's sentences the correction that stands.
Standing = Mapping[tuple[str, int, str], dict[str, Correction]]


def corrections_of(sources: Sequence[Source]) -> Standing:
    """The accepted corrections of texts. One query, or none for no texts."""
    found: dict[tuple[str, int, str], dict[str, Correction]] = defaultdict(dict)
    if sources:
        accepted = Correction.objects.filter(of_texts(sources), state=Correction.State.ACCEPTED)
        for row in accepted.order_by("decided_at", "pk"):
            found[row.kind, getattr(row, f"{row.kind}_id"), row.target][row.sentence] = row
    return found


def last_corrector(used: Sequence[Correction]) -> int | None:
    """Whose words a reader is told of: those of the newest correction in use."""
    newest = max(used, key=lambda row: (row.decided_at or row.made_at, row.pk), default=None)
    return newest.by_id if newest else None
