"""Find out by trial which form of token a model leaves alone; nothing else tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reviews.translation.base import Engine, Ok, call_engine
from reviews.translation.masking import from_form, to_form

FORMS: Final = ("XQ{n}", "[{n}]", "[X{n}X]", "__{n}__", "{{{n}}}")

# Sentences as reviews have them, two names each; a language without its own is probed with the English ones.
_SAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "The best thing about XQ0 is the acting of XQ1.",
        "XQ0 is even sadder than XQ1.",
        "I saw XQ0 last night and gave it XQ1.",
    ),
    "pt": (
        "O melhor de XQ0 é a atuação de XQ1.",
        "XQ0 é ainda mais triste do que XQ1.",
        "Vi XQ0 ontem à noite e dei nota XQ1.",
    ),
    "nl": (
        "Het beste aan XQ0 is het spel van XQ1.",
        "XQ0 is nog droeviger dan XQ1.",
        "Ik zag XQ0 gisteravond en gaf het een XQ1.",
    ),
    "es": (
        "Lo mejor de XQ0 es la actuación de XQ1.",
        "XQ0 es aún más triste que XQ1.",
        "Vi XQ0 anoche y le puse un XQ1.",
    ),
    "fr": (
        "Le meilleur de XQ0, c'est le jeu de XQ1.",
        "XQ0 est encore plus triste que XQ1.",
        "J'ai vu XQ0 hier soir et je lui ai mis XQ1.",
    ),
    "de": (
        "Das Beste an XQ0 ist das Spiel von XQ1.",
        "XQ0 ist noch trauriger als XQ1.",
        "Ich sah XQ0 gestern Abend und gab ihm XQ1.",
    ),
    "it": (
        "Il meglio di XQ0 è la recitazione di XQ1.",
        "XQ0 è ancora più triste di XQ1.",
        "Ho visto XQ0 ieri sera e gli ho dato XQ1.",
    ),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What a trial showed: the best form, and the share of sentences each form came through whole (0 to
    1).
    """

    placeholder: str
    survival: Mapping[str, float]
    sample: str = ""


def probe(engine: Engine, src: str, dst: str) -> Probe:
    """Try every form of token on a pair. Raises ValueError when the engine translates nothing at all."""
    samples = _SAMPLES.get(src, _SAMPLES["en"])
    survival: dict[str, float] = {}
    shown = ""
    for form in FORMS:
        results = call_engine(engine, [to_form(text, form) for text in samples], src=src, dst=dst)
        texts = [result.text for result in results if isinstance(result, Ok)]
        if not texts:
            raise ValueError(f"{engine.key} translates nothing from {src} to {dst}: {results[0]}")
        whole = [answer for text in texts if (answer := from_form(text, form, (0, 1))) is not None]
        survival[form] = len(whole) / len(samples)
        shown = shown or (whole[0] if whole else "")
    best = max(FORMS, key=lambda form: (survival[form], -FORMS.index(form)))
    return Probe(best, survival, shown)
