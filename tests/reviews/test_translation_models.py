"""`manage.py translation_models`: what an operator does with models, on the real files of a built-in one."""

import gzip
import hashlib
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member
from reviews.models import EngineState, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import publish_review
from reviews.translation.base import Ok
from reviews.translation.engines.fx import FxEngine
from reviews.translation.model_store import find_model
from tests.factories import make_title
from tests.reviews.translation.servers import Fault, LibreTranslateServer

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


def test_files_as_mozilla_publishes_them_are_added_in_one_command(store: Path, model_files: Path):
    for path in list(model_files.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), compresslevel=1))
        path.unlink()
    said = run("add", str(model_files), "--trust")
    assert "Added es-en (21.9 MB)" in said
    assert "fx es-en: XQ{n} survives in" in said
    assert "3 models are what their hashes promise" in run("verify")


def test_a_worker_that_has_loaded_the_older_model_goes_on_with_the_new_one(store: Path, model_files: Path):
    run("add", str(model_files), "--trust")
    engine = FxEngine(store)
    before = engine.fingerprint("es", "en")
    assert isinstance(engine.translate(["Bom dia."], src="es", dst="en")[0], Ok)
    other = find_model("en", "pt")
    assert other is not None
    for name in other.files:
        shutil.copyfile(other.path / name, model_files / name.replace("enpt", "esen"))
    run("add", str(model_files), "--trust")
    assert engine.fingerprint("es", "en") != before
    assert engine.translate(["Good morning."], src="es", dst="en") == [Ok("Bom dia.")]


def test_a_ctranslate2_folder_goes_beside_and_says_when_nobody_uses_it(store: Path, tmp_path: Path):
    folder = tmp_path / "opus"
    folder.mkdir()
    for name in ("model.bin", "config.json", "shared_vocabulary.json", "source.spm", "target.spm"):
        (folder / name).write_text(name)
    said = run(
        "add", str(folder), "nl-en", "--engine", "ct2", "--trust", "--name", "OPUS", "--licence", "CC-BY-4.0"
    )
    assert "Added nl-en" in said
    assert "No engine of FILMSITE_TRANSLATION_ENGINES uses it: add ct2" in said
    assert "nl-en  ct2  OPUS  CC-BY-4.0" in run("list")
    assert (store / "ct2" / "nl-en" / "manifest.json").exists()
    run("remove", "nl-en", "--engine", "ct2")
    assert "ct2" not in run("list")


def test_a_hash_alone_is_that_of_the_archive(store: Path, model_files: Path, tmp_path: Path):
    archive = Path(shutil.make_archive(str(tmp_path / "esen"), "gztar", model_files))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    with pytest.raises(CommandError, match="not the file its hash promises"):
        run("add", str(archive), "--sha256", "0" * 64)
    with pytest.raises(CommandError, match="is no SHA-256"):
        run("add", str(archive), "--sha256", "abc")
    assert "Added es-en" in run("add", str(archive), "--sha256", digest)


def test_models_that_cannot_be_used_are_listed_with_the_reason(store: Path):
    (store / "nl-en").mkdir(parents=True)
    assert "nl-en: " in run("list")
    assert "has no manifest.json; add the model again" in run("list")


def test_every_pair_is_tried_at_once_or_one_alone(store: Path):
    said = run("probe")
    assert "fx en-pt: " in said
    assert "fx pt-en: XQ{n} survives in 100%" in said
    assert EngineState.objects.exclude(probed_at=None).count() == 2
    assert "kept" in run("probe", "pt-en")
    assert "pt-en  fx  pten-1693087646  MPL-2.0  21.9 MB  XQ{n}  built in" in run("list")
    with pytest.raises(CommandError, match="No engine named deepl translates from pt into en"):
        run("probe", "pt-en", "--engine", "deepl")


def test_the_ways_between_languages_are_shown(store: Path, settings):
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "d=dummy"]
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en: fx d; fa>nl: pivot"
    assert run("routes", "pt-en") == "pt-en: fx, d\n"
    assert run("routes", "fa-nl") == "fa-nl: d+d by way of en\n"
    assert run("routes", "ja-nl") == "ja-nl: no way\n"
    assert "es-en: d\n" in run("routes")


def test_engines_on_other_machines_are_asked_and_listed(store: Path, settings):
    with LibreTranslateServer() as server:
        settings.FILMSITE_TRANSLATION_ENGINES = [f"house=libretranslate?url={server.url}"]
        assert run("offers") == "house: 2 pairs\n"
        assert "house: 2 pairs, asked 20" in run("list")
        server.fault = Fault.ERROR
        assert "house: " in run("offers")
    assert "silent since: " in run("list")
