"""Made-up reviews and plots. Rendering Markdown is what costs, so reviews share a pool of texts rendered once."""

import random
from itertools import accumulate
from typing import Final, NamedTuple

from filmsite.lib.text import render_review
from filmsite.synthetic.sentences import (
    HEADLINES,
    PLOT_BEGINNINGS,
    PLOT_ENDS,
    PLOT_MIDDLES,
    REVIEWS,
)
from filmsite.synthetic.words import CHARACTERS, PLACES
from reviews.sources import source_hash_of

POOL: Final = 4000


class Text(NamedTuple):
    """What is stored of a review's words. Only opinions have a headline."""

    body: str
    html: str
    language: str
    headline: str
    source_hash: str


def pool_of_texts(chance: random.Random, size: int = POOL, *, opinions: bool = False) -> list[Text]:
    """So many reviews, 377 bytes long on average; opinions are several times as long, with a headline."""
    languages = list(REVIEWS)
    weights = list(accumulate(REVIEWS[language][0] for language in languages))
    return [_text(chance, chance.choices(languages, cum_weights=weights)[0], opinions) for _ in range(size)]


def plot(chance: random.Random) -> str:
    beginning = chance.choice(PLOT_BEGINNINGS).format(
        who=chance.choice(CHARACTERS).lower(), place=chance.choice(PLACES)
    )
    return f"{beginning}, {chance.choice(PLOT_MIDDLES)} {chance.choice(PLOT_ENDS)}"


def _text(chance: random.Random, language: str, opinion: bool) -> Text:
    sentences = REVIEWS[language][1]
    paragraphs = []
    for _ in range(chance.randint(4, 8) if opinion else chance.choice((1, 1, 2, 2, 3))):
        number = min(len(sentences), chance.randint(1, 6))
        paragraphs.append(" ".join(chance.sample(sentences, number)))
    if chance.random() < 0.06:
        paragraphs.append(f"||{chance.choice(sentences)}||")
    if chance.random() < 0.08:
        paragraphs.insert(0, f"> {chance.choice(sentences)}")
    body = "\n\n".join(paragraphs)
    headline = chance.choice(HEADLINES) if opinion else ""
    digest = source_hash_of(body=body, headline=headline, language=language, is_opinion=opinion)
    return Text(body, render_review(body, headings=opinion), language, headline, digest)
