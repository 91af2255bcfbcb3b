from reviews.copydetect.candidates import MOST_CHARACTERS, Allowance, choose
from tests.reviews.copydetect.texts import piece, prose, words

PLOT = prose(300, 1)
OWN = prose(200, 2)
WHOLE = prose(4_000, 50)[:20_000]


def choose_all(query: str, texts: list[str], seconds: float = 10) -> tuple[list[int], int]:
    found = choose(words(query), texts, allowance=Allowance(seconds))
    return found.places, found.unread


def test_the_texts_that_share_most_are_chosen_first_and_of_equals_the_oldest() -> None:
    texts = [OWN, piece(PLOT, 0, 30), PLOT, piece(PLOT, 0, 7), piece(PLOT, 100, 30), ""]
    assert choose_all(PLOT, texts) == ([2, 1, 4], 0)
    assert choose_all("Short.", texts) == ([], 0)


def test_looking_through_texts_stops_when_the_time_or_the_characters_are_up() -> None:
    assert choose_all(PLOT, [PLOT] * 5, seconds=0) == ([], 5)
    texts = [WHOLE] * (MOST_CHARACTERS // len(WHOLE) + 3)
    assert choose_all(PLOT, texts) == ([], 3)
