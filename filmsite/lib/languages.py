"""Languages and countries: codes, names, flags, direction, and which language a text is in.

Codes are BCP 47 (``nl``, ``pt-BR``); only the first part decides whether two texts need a translation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

try:
    import eldc
except ImportError:  # no wheel for this machine: every text is then of an unknown language
    eldc = None
else:
    eldc.init()
    eldc.set_scores(20)

UNKNOWN: Final = "und"

# Offered in the composer: what film communities mostly write in, the biggest first.
WRITING_LANGUAGES: Final = (
    "en",
    "nl",
    "pt",
    "es",
    "fr",
    "de",
    "it",
    "fa",
    "pl",
    "sv",
    "da",
    "no",
    "fi",
    "cs",
    "el",
    "hu",
    "ro",
    "tr",
    "ru",
    "uk",
    "ar",
    "he",
    "hi",
    "id",
    "ja",
    "ko",
    "zh",
    "vi",
    "ca",
)

# A flag is decoration: the country most readers connect with the language, nothing more.
_FLAGS: Final = {
    "en": "gb",
    "nl": "nl",
    "pt": "pt",
    "es": "es",
    "fr": "fr",
    "de": "de",
    "it": "it",
    "fa": "ir",
    "pl": "pl",
    "sv": "se",
    "da": "dk",
    "no": "no",
    "nb": "no",
    "nn": "no",
    "fi": "fi",
    "cs": "cz",
    "el": "gr",
    "hu": "hu",
    "ro": "ro",
    "tr": "tr",
    "ru": "ru",
    "uk": "ua",
    "he": "il",
    "hi": "in",
    "id": "id",
    "ja": "jp",
    "ko": "kr",
    "zh": "cn",
    "vi": "vn",
    "bg": "bg",
    "hr": "hr",
    "sr": "rs",
    "sl": "si",
    "sk": "sk",
    "et": "ee",
    "lv": "lv",
    "lt": "lt",
    "is": "is",
    "ga": "ie",
    "th": "th",
    "ms": "my",
    "bn": "bd",
    "ka": "ge",
    "hy": "am",
    "af": "za",
    "sq": "al",
    "mk": "mk",
    "mt": "mt",
    "tl": "ph",
    "ur": "pk",
}
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "ckb", "dv", "arc"})

# States that are gone but made films. Babel knows none of them; the codes are ISO 3166-3's or those in use
# in film databases.
_FORMER_COUNTRIES: Final[dict[str, Promise | str]] = {
    "SU": _("Soviet Union"),
    "YU": _("Yugoslavia"),
    "CS": _("Czechoslovakia"),
    "DD": _("East Germany"),
    "XWG": _("West Germany"),
    "AN": _("Netherlands Antilles"),
    "BU": _("Burma"),
    "ZR": _("Zaire"),
    "TP": _("East Timor"),
    "FX": _("Metropolitan France"),
    "VD": _("North Vietnam"),
    "SCG": _("Serbia and Montenegro"),
}
_FORMER_ALIASES: Final = {
    "SUHH": "SU", "XSU": "SU", "YUCS": "YU", "XYU": "YU", "CSHH": "CS", "CSXX": "SCG", "XCZ": "CS",
    "XC": "CS", "XG": "DD", "DDDE": "DD", "BUMM": "BU", "ANHH": "AN", "ZRCD": "ZR", "TPTL": "TP", "XKO": "XK",
}  # fmt: skip


def primary(code: str) -> str:
    """Give the language of a code without region or script: ``pt`` of ``pt-BR``."""
    return code.replace("_", "-").split("-", 1)[0].lower()


def same_language(first: str, second: str) -> bool:
    """True when a reader of one reads the other (``pt-BR``, ``pt``); an unknown language equals none."""
    return primary(first) == primary(second) not in ("", UNKNOWN)


def direction(code: str) -> str:
    """Give ``rtl`` or ``ltr``, for the `dir` attribute."""
    return "rtl" if primary(code) in _RIGHT_TO_LEFT else "ltr"


def flag_for(code: str) -> str:
    """Give the lower-case country code of the flag beside a language, or nothing where none fits.

    A region in the code wins: ``pt-BR`` flies Brazil's. Languages of many countries (Arabic) have none.
    """
    region = code.replace("_", "-").rsplit("-", 1)[-1]
    if "-" in code.replace("_", "-") and len(region) == 2 and region.isalpha():
        return region.lower()
    return _FLAGS.get(primary(code), "")


def language_name(code: str, locale: str | None = None) -> str:
    """Give a language's name in the interface language (or `locale`); an unknown code is given back as it
    is.
    """
    if not code or code == UNKNOWN:
        return ""
    return _language_name(code.replace("_", "-"), locale or get_language() or "en")


@lru_cache(maxsize=2048)
def _language_name(code: str, locale: str) -> str:
    # Names are looked up part by part: asking Babel to parse a made-up code raises, and costs a file each.
    names = _locale(locale).languages
    if found := names.get(code.replace("-", "_")):
        return str(found)
    if name := names.get(primary(code)):
        territory = code.rsplit("-", 1)[-1].upper()
        place = _locale(locale).territories.get(territory) if territory != code.upper() else None
        return f"{name} ({place})" if place else str(name)
    return code


def country_name(code: str, locale: str | None = None) -> str:
    """Give a country's name in the interface language (or `locale`), of states that are gone as well."""
    key = code.upper()
    key = _FORMER_ALIASES.get(key, key)
    language = locale or get_language() or "en"
    if key in _FORMER_COUNTRIES:
        with override(language):
            return str(_FORMER_COUNTRIES[key])
    return str(_locale(language).territories.get(key, code))


# What Babel counts as a territory and nobody calls a country.
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)


def country_codes() -> tuple[str, ...]:
    """The codes of all countries, and of states that are gone but made films."""
    today = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    return tuple(sorted((today - _NO_COUNTRIES) | _FORMER_COUNTRIES.keys()))


def language_codes() -> tuple[str, ...]:
    """The codes of the languages that a text or a film may be in; regions only where they write another language."""
    plain = {code for code in map(str, Locale("en").languages) if "_" not in code}
    return tuple(sorted(plain | {"pt-BR", "zh-Hant"} - {UNKNOWN, "mul", "zxx"}))


@lru_cache(maxsize=64)
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        try:
            return Locale.parse(primary(code))
        except (UnknownLocaleError, ValueError):
            return Locale("en")


# --- Detection ------------------------------------------------------------------------------------------

# Below this many words a guess may fill in a form, but contradicts nobody.
RELIABLE_WORDS: Final = 4
# The detector knows Malay and takes Indonesian for it, of which far more is written.
_INDONESIAN: Final = {"ms": "id"}
# What it calls Norwegian is either.
_FOUND_AS: Final = {**_INDONESIAN, "nb": "no", "nn": "no"}
_DETECT_CHARACTERS: Final = 4_000
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`\n]*`"  # code
    r"|^[ \t]*>[^\n]*$"  # other people's words
    r"|\[\[[^\]\n]*\]\]"  # titles
    r"|https?://\S+|www\.\S+|\]\([^)\s]*\)"
    r"|(?<!\w)[@#]\w[\w.-]*"
    r"|[\U0001f000-\U0001faff\u2600-\u27bf\u2190-\u21ff\ufe0f\u200d]",
    re.MULTILINE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u0e80-\u0eff]")


@dataclass(frozen=True, slots=True)
class Detection:
    """A guess at a text's language; `language` is ``und`` when there is none, `words` is what it was made
    on.

    `scores` (0 to 1) are those of the languages that it may be.
    """

    language: str
    reliable: bool
    words: int
    scores: Mapping[str, float] = field(default_factory=dict, compare=False)

    def contradicts(self, code: str) -> bool:
        """True when the words are surely in another language, and in none that is taken for this one."""
        return self.reliable and not self.agrees_with(code)

    def agrees_with(self, code: str) -> bool:
        """True when the guess is this language, or one that is taken for it."""
        return same_language(self.language, _found_as(code))

    def score_of(self, code: str) -> float:
        """How much the words look like this language, 0 to 1."""
        return self.scores.get(_found_as(code), 0.0)


def detect(text: str, *, names: tuple[str, ...] = ()) -> Detection:
    """Guess the language of what the author wrote: quotations, code, links, mentions, emoji and `names`
    aside.

    `reliable` is only true from `RELIABLE_WORDS` words on (a script without spaces counts two characters a
    word). A guess that the detector is not sure of goes half by the words that look like no names, and is one of the
    `WRITING_LANGUAGES` if it may be.
    """
    prose = _NOT_PROSE.sub(" ", text)[:_DETECT_CHARACTERS].encode(errors="ignore").decode()
    for name in names:
        if name:
            prose = prose.replace(name, " ")
    words = len(_WORD.findall(_UNSPACED.sub(" ", prose))) + len(_UNSPACED.findall(prose)) // 2
    if eldc is None or words == 0:
        return Detection(UNKNOWN, False, words)
    found = eldc.detect_details(prose)
    scores = _scores(found.scores)
    language = _INDONESIAN.get(found.language, found.language) or UNKNOWN
    if found.reliable:
        return Detection(language, words >= RELIABLE_WORDS and language != UNKNOWN, words, scores)
    written = prose.split()
    if (plain := _without_names(written)) and len(plain) < len(written):
        of_plain = _scores(eldc.detect_details(" ".join(plain)).scores)
        scores = {code: (scores.get(code, 0) + of_plain.get(code, 0)) / 2 for code in scores | of_plain}
    offered = [code for code in scores if code in WRITING_LANGUAGES]
    return Detection(max(offered, key=scores.__getitem__, default=language), False, words, scores)


def _found_as(code: str) -> str:
    return _FOUND_AS.get(primary(code), primary(code))


def _scores(found: Mapping[str, float]) -> dict[str, float]:
    return {_INDONESIAN.get(code, code): score for code, score in found.items()}


def _without_names(words: list[str]) -> list[str]:
    """Give the words that look like no names: without a capital, or with one as the first and not in capitals altogether."""
    return [
        word
        for place, word in enumerate(words)
        if not word[0].isupper() or (place == 0 and (len(word) == 1 or not word.isupper()))
    ]
