"""One form for every spelling of a name: what is stored and what is typed are brought to it before they meet."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

NORM_LENGTH: Final = 320

# Letters that are no base letter plus mark, so that decomposing leaves them as they are; and the Arabic forms
# of letters that Persian keyboards write differently.
_LETTERS: Final = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ہ": "ه", "ھ": "ه",
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "&": " and ",
        "ـ": None,
    }
)  # fmt: skip
_ELISION: Final = re.compile(r"\b([ldmnstcj]|qu)['’ʼ`](?=\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_VARIATION: Final = re.compile("[\ufe00-\ufe0f]")
# Chinese characters and Japanese kana, which are written without spaces: each stands for a word, so that a part of a
# name is found like any of its words.
_WORD_OF_ITS_OWN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
_ARTICLES: Final = frozenset(
    {
        "the", "a", "an", "de", "het", "een", "der", "die", "das", "ein", "eine", "le", "la", "les", "l", "un", "une",
        "el", "los", "las", "una", "il", "lo", "gli", "um", "uma",
    }
)  # fmt: skip
# Not "i", "v" and "x", which are as often a letter or a word.
_ROMAN: Final = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13",
}  # fmt: skip

# The words for 1 to 12 in the languages of most names here. Not Dutch "een", which is an article, and as a word not
# "elf", which is more often a film.
_ENGLISH: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_DUTCH: Final = ("", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf")
_WORDS_OF_NUMBERS: Final = {
    str(number): [word for word in words if word]
    for number, words in enumerate(zip(_ENGLISH, _DUTCH, strict=True), start=1)
}
_NUMBERS_OF_WORDS: Final = {
    word: digits for digits, words in _WORDS_OF_NUMBERS.items() for word in words if word != "elf"
}


def normalise(text: str) -> str:
    """Bring a name to the form in which it is found.

    Lower case, without accents and other marks, Arabic letters as Persian writes them, digits as 0 to 9, and one
    space for every run of anything else (a zero-width non-joiner included). Normalising twice changes nothing.
    """
    # What is longer than any name is not read to its end.
    text = unicodedata.normalize("NFKD", text[: 2 * NORM_LENGTH].casefold()).casefold()
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text.translate(_LETTERS)))
    text = _WORD_OF_ITS_OWN.sub(r" \g<0> ", "".join(_letter_or_space(character) for character in text))
    return unicodedata.normalize("NFC", " ".join(text.split()))[:NORM_LENGTH].rstrip()


def _letter_or_space(character: str) -> str:
    # Vowel signs of Thai or Hindi are marks, but no accents: they carry the word.
    if character.isalpha() or (unicodedata.category(character)[0] == "M" and not _VARIATION.match(character)):
        return character
    digit = unicodedata.digit(character, None)
    return " " if digit is None else str(digit)


def is_whole_word(word: str) -> bool:
    """Whether a word of a normal form is complete, short as it is: a character of Chinese or Japanese."""
    return _WORD_OF_ITS_OWN.fullmatch(word) is not None


def without_article(norm: str) -> str:
    """ "the matrix" -> "matrix"; a name that is nothing but an article stays."""
    first, _, rest = norm.partition(" ")
    return rest if rest and first in _ARTICLES else norm


def with_digits(norm: str) -> str:
    """ "rocky ii" -> "rocky 2"; a numeral that begins a name is a word."""
    first, *rest = norm.split(" ")
    return " ".join([first, *(_ROMAN.get(word, word) for word in rest)])


def forms_of_title(name: str) -> list[str]:
    """The forms under which a title's name is stored; the first, its core, is without article. Empty for "…"."""
    norm = normalise(name)
    return _forms(without_article(norm), norm, with_digits(without_article(norm)), with_digits(norm))


def forms_of_person(name: str) -> list[str]:
    """The forms of a person's name: as it is, and with its last word first ("Wong Kar-wai" for "Kar-wai Wong")."""
    norm = normalise(name)
    return _forms(norm, " ".join(norm.rsplit(" ", 1)[::-1]))


def readings_of(norm: str) -> list[str]:
    """The forms in which a query can be the name of something, or begin it: as typed, without its article, with digits.

    A number can be a word and a word a number ("7 samurai", "rocky two"): such a form ends with a space, for its last
    word is not the beginning of a longer one.
    """
    bare = without_article(norm)
    typed = _forms(norm, bare, with_digits(norm), with_digits(bare))
    digits = with_numbers(bare)
    other = _forms(digits, *(_in_words(digits, language) for language in (_ENGLISH, _DUTCH)))
    return typed + [f"{form} " for form in other if form not in typed]


def with_numbers(norm: str) -> str:
    """ "rocky ii" and "rocky two" -> "rocky 2": one form for all ways to write the numbers in a name."""
    return " ".join(_NUMBERS_OF_WORDS.get(word, word) for word in with_digits(norm).split(" "))


def other_words(word: str) -> list[str]:
    """The other ways to write this word if it is a number of 1 to 12: "7" -> "seven", "zeven"."""
    digits = _NUMBERS_OF_WORDS.get(word, word)
    return [other for other in [digits, *_WORDS_OF_NUMBERS.get(digits, ())] if other != word]


def _in_words(norm: str, language: Sequence[str]) -> str:
    words = norm.split(" ")
    return " ".join(
        (language[int(word) - 1] or word) if word in _WORDS_OF_NUMBERS else word for word in words
    )


def _forms(*forms: str) -> list[str]:
    return [form for form in dict.fromkeys(forms) if form]
