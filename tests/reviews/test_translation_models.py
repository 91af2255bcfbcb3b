"""`manage.py translation_models`: what an operator does with models, on the real files of a built-in one."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member
from reviews.models import EngineState, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import publish_review
from reviews.translation.model_store import find_model
from tests.factories import make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(tmp_path: Path, settings) -> Path:
    settings.FILMSITE_TRANSLATION_MODELS_DIR = tmp_path / "models"
    return settings.FILMSITE_TRANSLATION_MODELS_DIR


@pytest.fixture
def model_files(tmp_path: Path) -> Path:
    """The built-in model of pt-en in a folder, named as if it were of another pair."""
    built_in = find_model("pt", "en")
    assert built_in is not None
    folder = tmp_path / "found"
    folder.mkdir()
    for name in built_in.files:
        shutil.copyfile(built_in.path / name, folder / name.replace("pten", "esen"))
    return folder


def run(*words: str) -> str:
    out = StringIO()
    call_command("translation_models", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_built_in_models_are_listed(store: Path):
    listed = run("list")
    assert "pt-en" in listed
    assert "en-pt" in listed
    assert listed.count("built in") == 2


def test_an_added_model_is_probed_and_takes_up_the_texts_that_waited(
    store: Path, model_files: Path, alice: Member
):
    text = "Una película muy bonita sobre dos niños y un par de zapatos."
    review = publish_review(author=alice, subject=make_title(), body=text, language="es")
    waiting = Translation.objects.get(review=review, target="en")
    assert waiting.status == TranslationStatus.UNSUPPORTED
    said = run("add", str(model_files), "es-en", "--trust", "--name", "a test")
    assert "Added es-en" in said
    assert EngineState.objects.get(source="es", target="en").placeholder in said
    assert "es-en  fx  a test  MPL-2.0" in run("list")
    translating.sweep_translations()
    waiting.refresh_from_db()
    assert waiting.status == TranslationStatus.QUEUED


def test_a_file_that_is_not_what_was_promised_is_refused(store: Path, model_files: Path):
    promised = [f"--sha256={path.name}={'0' * 64}" for path in model_files.iterdir()]
    with pytest.raises(CommandError, match="not the file its hash promises"):
        run("add", str(model_files), "es-en", *promised)
    with pytest.raises(CommandError, match="no hash is known"):
        run("add", str(model_files), "es-en")
    assert "es-en" not in run("list")


def test_a_model_that_rots_is_found_and_can_be_removed(store: Path, model_files: Path):
    run("add", str(model_files), "es-en", "--trust")
    assert "3 models are what their hashes promise" in run("verify")
    damaged = next((store / "es-en").glob("vocab.*"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(CommandError, match=r"es-en: vocab\..* is not the file"):
        run("verify", "es-en")
    run("remove", "es-en")
    assert "es-en" not in run("list")
    assert not list(store.iterdir())


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["remove", "pt-en"], "part of an installed package"),
        (["remove", "xx-yy"], "There is no model of xx-yy"),
        (["probe", "fa-nl"], "No engine translates from fa into nl"),
        (["probe", "../x"], "invalid"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(store: Path, words: list[str], answer: str):
    with pytest.raises(CommandError, match=answer):
        run(*words)
