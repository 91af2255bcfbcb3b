"""`manage.py check`: what is wrong with the settings of translation, said with an id and a cure."""

import json
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django.fixtures import Settings

from reviews.checks import check_translation


def found(code: str) -> list[CheckMessage]:
    return [message for message in check_translation() if message.id == code]


def said(code: str) -> str:
    (message,) = found(code)
    assert message.hint
    return str(message.msg)


def test_the_settings_as_they_come_have_nothing_wrong() -> None:
    assert check_translation() == []


def test_the_check_is_among_those_of_the_site(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["babelfish"]
    assert "reviews.E002" in {message.id for message in run_checks(tags=["translation"])}


@pytest.mark.parametrize(
    ("engine", "code", "words"),
    [
        ("fx!", "reviews.E001", "'fx!' is no engine"),
        ("pivot=fx", "reviews.E001", "'pivot' cannot be the name"),
        ("babelfish", "reviews.E002", "there is no engine of the kind 'babelfish', but apertium"),
        ("libretranslate", "reviews.E002", "libretranslate: url must be"),
        ("deepl", "reviews.E002", "key_env must name"),
        ("deepl?key_env=NO_SUCH_VARIABLE", "reviews.E002", "the environment has no NO_SUCH_VARIABLE"),
        ("no.such.Engine", "reviews.E002", "no.such.Engine|No module"),
    ],
)
def test_an_engine_that_cannot_be_made_is_told(
    engine: str, code: str, words: str, settings: Settings
) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", engine]
    assert any(word in said(code) for word in words.split("|"))


def test_a_secret_is_never_repeated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", "hush hush")
    settings.FILMSITE_TRANSLATION_ENGINES = ["deepl?key_env=THE_KEY"]
    assert "hush" not in said("reviews.E002")


def test_two_engines_of_one_name_are_told(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "fx=dummy"]
    assert "two engines named fx" in said("reviews.E003")


def test_rules_are_checked_against_the_engines_there_are(settings: Settings, tmp_path: Path) -> None:
    settings.FILMSITE_TRANSLATION_MODELS_DIR = tmp_path
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en fx"
    assert "'pt>en fx'" in said("reviews.E004")
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en: fx deepl"
    assert "pt>en names deepl" in said("reviews.E005")
    settings.FILMSITE_TRANSLATION_ROUTES = "nl>en: fx; pt>en: fx; *>en: fx"
    assert "fx has no model of nl-en" in said("reviews.W001")
    settings.FILMSITE_TRANSLATION_ROUTES = "*>en: fx; pt>en: fx"
    assert "pt>en never counts, for *>en" in said("reviews.W002")
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en: fx; *>en: fx; *>*: pivot"
    assert check_translation() == []


def test_nothing_is_said_of_pairs_that_only_the_network_knows(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["house=libretranslate?url=http://127.0.0.1:9"]
    settings.FILMSITE_TRANSLATION_ROUTES = "nl>en: house"
    assert check_translation() == []


def test_an_engine_that_is_off_because_texts_would_leave_the_house_is_a_warning(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "out=dummy?external=yes"]
    assert "out sends texts out of the house" in said("reviews.W003")
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    assert check_translation() == []


@pytest.mark.parametrize("setting", ["FILMSITE_TRANSLATION_PIVOTS", "FILMSITE_TRANSLATION_TARGETS"])
def test_a_language_that_is_none_is_told(setting: str, settings: Settings) -> None:
    setattr(settings, setting, ["en", "pt-BR", "klingon"])
    assert "'klingon' is no language" in said("reviews.E006")


def test_a_models_folder_that_is_none_is_told_and_a_missing_one_is_not(
    settings: Settings, tmp_path: Path
) -> None:
    settings.FILMSITE_TRANSLATION_MODELS_DIR = tmp_path / "to come"
    assert check_translation() == []
    settings.FILMSITE_TRANSLATION_MODELS_DIR = tmp_path / "file"
    (tmp_path / "file").write_text("")
    assert "is no folder that this user may read" in said("reviews.E007")


@pytest.mark.parametrize("folder", ["nl-en", "ct2/nl-en"])
def test_a_broken_model_is_a_warning(folder: str, settings: Settings, tmp_path: Path) -> None:
    settings.FILMSITE_TRANSLATION_MODELS_DIR = tmp_path
    (tmp_path / folder).mkdir(parents=True)
    assert "has no manifest.json" in said("reviews.W004")
    manifest = {"src": "nl", "dst": "en", "files": {"../x": "0" * 64}}
    (tmp_path / folder / "manifest.json").write_text(json.dumps(manifest))
    assert found("reviews.W004")
