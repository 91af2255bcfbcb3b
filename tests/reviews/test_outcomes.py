"""What a verdict would leave of a message, shown word by word as readers know words, not as marks."""

import pytest

from reviews.models import Verdict
from reviews.views.outcomes import Preview


def diff(before: str, after: str) -> list[tuple[str, str]]:
    return Preview(Verdict.QUOTE, "", "", before, after).words


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "Mine.\n\nIt stands elsewhere.",
            "Mine.\n\n> It stands elsewhere.\n> — [Plot of Heaven](/titles/1/)",
            [
                ("same", "Mine.\n\n"),
                ("ins", "[quotation] "),
                ("same", "It stands elsewhere."),
                ("ins", "\n— Plot of Heaven"),
            ],
        ),
        (
            "A **very** good film, ||he dies||.",
            "A **very** good film.",
            [
                ("same", "A very good "),
                ("del", "film, [spoiler] he dies [end of spoiler]."),
                ("ins", "film."),
            ],
        ),
        ("## On light\n\nIt is.", "## On light", [("same", "On light"), ("del", "\n\nIt is.")]),
        ("> theirs\nmine", "> theirs\nmine", [("same", "[quotation] theirs\nmine")]),
        (
            "See [this](/titles/1/).",
            "See [this](https://x.example/).",
            [("same", "See "), ("del", "[this](/titles/1/)."), ("ins", "[this](https://x.example/).")],
        ),
    ],
)
def test_changes_are_told_in_words_without_marks(
    before: str, after: str, said: list[tuple[str, str]]
) -> None:
    assert diff(before, after) == said
