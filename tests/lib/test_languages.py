import pytest

from filmsite.lib import languages
from filmsite.lib.languages import (
    WRITING_LANGUAGES,
    country_name,
    detect,
    direction,
    flag_for,
    language_name,
    same_language,
)


@pytest.mark.parametrize(
    ("code", "english", "dutch", "flag"),
    [
        ("pt", "Portuguese", "Portugees", "pt"),
        ("pt-BR", "Brazilian Portuguese", "Portugees (Brazilië)", "br"),
        ("nl", "Dutch", "Nederlands", "nl"),
        ("en", "English", "Engels", "gb"),
        ("fa", "Persian", "Perzisch", "ir"),
        ("ja", "Japanese", "Japans", "jp"),
        ("ar", "Arabic", "Arabisch", ""),
        ("und", "", "", ""),
        ("", "", "", ""),
        ("xx", "xx", "xx", ""),
        ("'; --", "'; --", "'; --", ""),
    ],
)
def test_languages_have_names_and_flags(code: str, english: str, dutch: str, flag: str) -> None:
    assert language_name(code, "en") == english
    assert language_name(code, "nl") == dutch
    assert flag_for(code) == flag


def test_every_language_on_offer_has_a_name_in_every_interface_language() -> None:
    for code in WRITING_LANGUAGES:
        assert language_name(code, "en") not in ("", code)
        assert language_name(code, "nl") not in ("", code)


def test_only_the_language_decides_whether_a_translation_is_needed() -> None:
    assert same_language("pt-BR", "pt")
    assert same_language("pt_BR", "pt-PT")
    assert not same_language("pt", "es")
    assert not same_language("und", "und")
    assert not same_language("", "")


def test_direction_follows_the_script() -> None:
    assert direction("fa-IR") == "rtl"
    assert direction("nl") == "ltr"


def test_countries_that_are_gone_have_names() -> None:
    assert country_name("SU", "en") == "Soviet Union"
    assert country_name("yucs", "en") == "Yugoslavia"
    assert country_name("XWG", "en") == "West Germany"
    assert country_name("US", "nl") == "Verenigde Staten"
    assert country_name("QQ", "en") == "QQ"


@pytest.mark.parametrize(
    ("text", "language", "reliable"),
    [
        ("Um filme maravilhoso sobre dois irmãos e um par de sapatos.", "pt", True),
        ("Een prachtige film over een broer en een zus.", "nl", True),
        ("Una película preciosa sobre dos hermanos.", "es", True),
        ("این فیلم درباره یک خواهر و برادر خیلی زیبا بود", "fa", True),
        ("日本語の映画はとても面白い", "ja", True),
        ("Film ini sangat bagus dan lucu sekali", "id", True),
        ("Saai.", "nl", False),
        ("Una película preciosa", "es", False),
        ("> Een film die je moet zien\n\nI could not agree more with this one", "en", True),
        ("https://nl.wikipedia.org/wiki/Film_in_Nederland I like this one very much", "en", True),
    ],
)
def test_the_authors_own_words_decide_the_language(text: str, language: str, reliable: bool) -> None:
    found = detect(text)
    assert (found.language, found.reliable) == (language, reliable)


@pytest.mark.parametrize("text", ["", "🙂🙂🙂", "10/10", "https://example.org/", "> nur ein Zitat", "\ud800"])
def test_a_text_without_words_of_its_own_has_no_language(text: str) -> None:
    assert detect(text) == languages.Detection("und", False, 0)


def test_names_do_not_count_as_words() -> None:
    assert detect("Das Leben der Anderen", names=("Das Leben der Anderen",)).words == 0


def test_an_unsure_guess_goes_half_by_the_words_that_look_like_no_names() -> None:
    found = detect("Bong Joon-ho y una")
    assert (found.language, found.reliable) == ("es", False)
    assert detect("BONG JOON-HO").language == "ca"


def test_an_unsure_guess_is_a_language_that_films_are_discussed_in() -> None:
    found = detect("Wow!")
    assert max(found.scores, key=found.scores.__getitem__) not in WRITING_LANGUAGES
    assert (found.language, found.reliable) == ("en", False)


@pytest.mark.parametrize(
    ("text", "code", "contradicts"),
    [
        ("Filmen forteller historien om to veldig fattige barn i byen.", "nb", False),
        ("Filmen forteller historien om to veldig fattige barn i byen.", "da", True),
        ("Film ini sangat bagus dan lucu sekali", "ms", False),
        ("Um filme maravilhoso sobre dois irmãos.", "pt-BR", False),
        ("Um filme maravilhoso sobre dois irmãos.", "en", True),
        ("Lindo filme!", "en", False),
    ],
)
def test_a_sure_guess_contradicts_other_languages_but_none_that_it_is_taken_for(
    text: str, code: str, contradicts: bool
) -> None:
    assert detect(text).contradicts(code) is contradicts


def test_without_the_detector_every_text_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "eldc", None)
    assert detect("A perfectly plain English sentence.") == languages.Detection("und", False, 5)
