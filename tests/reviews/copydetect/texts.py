"""Made-up prose for the tests of the copy detector."""

import random

from reviews.copydetect.normalise import tokenise

VOCABULARY = [
    a + b + c
    for a in ("ba", "ko", "li", "mu", "ne", "po", "ra", "si", "tu", "va", "wo", "ze")
    for b in ("do", "fe", "ga", "hi", "ju", "ka", "lo", "mi", "nu", "pe", "ro", "sa")
    for c in ("n", "r", "s", "t", "l", "m", "")
]


def prose(words: int, seed: int) -> str:
    """Sentences of made-up words, twelve to a sentence: no two seeds share a passage."""
    chance = random.Random(seed)
    made = [chance.choice(VOCABULARY) for _ in range(words)]
    sentences = [made[n : n + 12] for n in range(0, words, 12)]
    return " ".join(" ".join(part).capitalize() + "." for part in sentences)


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return [token.word for token in tokenise(text)]


def piece(text: str, first: int, count: int) -> str:
    """So many words of a text from that one on, as they stand in it."""
    tokens = tokenise(text)
    return text[tokens[first].start : tokens[first + count - 1].end]


BY_BOB = prose(80, 41)
