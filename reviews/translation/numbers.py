"""Which numbers of a sentence its translation lost. They may come back in words: "7" as "seven"."""

import re
from typing import Final

from filmsite.lib.languages import primary

# From nought to twelve; longer numbers nobody writes in words. One may be an article.
_IN_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "en": (*("zero", "one once a an", "two twice both", "three", "four", "five", "six", "seven", "eight"),
           *("nine", "ten", "eleven", "twelve dozen")),
    "nl": (*("nul", "een één", "twee beide", "drie", "vier", "vijf", "zes", "zeven", "acht"),
           *("negen", "tien", "elf", "twaalf dozijn")),
    "pt": (*("zero", "um uma", "dois duas", "três", "quatro", "cinco", "seis", "sete", "oito"),
           *("nove", "dez", "onze", "doze dúzia")),
    "es": (*("cero", "un uno una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho"),
           *("nueve", "diez", "once", "doce docena")),
    "fr": (*("zéro", "un une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit"),
           *("neuf", "dix", "onze", "douze douzaine")),
    "de": (*("null", "ein eins eine einen einem einer eines", "zwei beide", "drei", "vier", "fünf", "sechs"),
           *("sieben", "acht", "neun", "zehn", "elf", "zwölf dutzend")),
    "it": (*("zero", "un uno una", "due", "tre", "quattro", "cinque", "sei", "sette", "otto"),
           *("nove", "dieci", "undici", "dodici dozzina")),
}  # fmt: skip
_DIGITS = re.compile(r"\d+")
# A digit that stands for itself: not the one of "3D", "2x" or "1º", which every language writes in its own way.
_WANTED = re.compile(r"\d{2,}|(?<!\w)\d(?!\w)")
# The hour in "20h30" may become another: "8:30 p.m."
_HOUR = re.compile(r"\b\d{1,2}(?=\s?[hH]\s?(?:\d{2})?\b|:\d{2}\b|\s?[ap]\.?m\b)", re.IGNORECASE)
_INSIDE = re.compile(r"(?<=\d)[.,\s\u202f](?=\d)")
_WORD = re.compile(r"[^\W\d_]+")


def lost_numbers(source: str, answer: str, *, dst: str) -> list[str]:
    """Give the numbers of the source that the answer, in `dst`, has neither in digits nor in words.

    A single digit counts only in languages whose words are known here.
    """
    wanted = _WANTED.findall(_joined(_HOUR.sub(" ", source)))
    if not wanted:
        return []
    given = _joined(answer)
    whole = set(_DIGITS.findall(given))
    words = set(_WORD.findall(answer.casefold()))
    known = _IN_WORDS.get(primary(dst))
    said = {str(number) for number, forms in enumerate(known or ()) if not words.isdisjoint(forms.split())}

    def is_there(number: str) -> bool:
        if number in said:
            return True
        if len(number) > 1:
            return number in given
        # "3 mil" is "3,000" too.
        return known is None or any(re.fullmatch(f"0*{number}(?:0{{3,}})?", run) for run in whole)

    return [number for number in wanted if not is_there(number)]


def _joined(text: str) -> str:
    """The text with numbers in one piece and in European digits."""
    return _DIGITS.sub(lambda match: "".join(str(int(digit)) for digit in match[0]), _INSIDE.sub("", text))
