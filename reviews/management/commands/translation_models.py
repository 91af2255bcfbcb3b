import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser

from reviews.models import EngineState
from reviews.services.translating import router
from reviews.translation.model_store import (
    MANIFEST,
    Model,
    ModelError,
    add_model,
    find_model,
    hash_directory,
    list_models,
    remove_model,
    verify,
)
from reviews.translation.probe import probe


class Command(BaseCommand):
    help = (
        "The translation models of this site: list them, add one from a directory, try, check or remove one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(
            dest="command", required=True, metavar="list|add|probe|verify|remove"
        )
        commands.add_parser("list", help="Show every pair of languages and where its model comes from.")
        add = commands.add_parser("add", help="Copy a model from a directory; nothing is downloaded.")
        add.add_argument("directory", type=Path)
        add.add_argument("pair", type=_pair, help="From and into, as in nl-en.")
        expected = add.add_mutually_exclusive_group()
        expected.add_argument(
            "--sha256",
            action="append",
            metavar="FILE=HASH",
            help="What a file must be, once per file. Without it the directory must have a manifest.json.",
        )
        expected.add_argument(
            "--trust", action="store_true", help="Take the files as they are and write down their hashes."
        )
        add.add_argument("--name", default="", help="A name for the list.")
        add.add_argument("--licence", default="MPL-2.0", help="The licence of the model (MPL-2.0).")
        for name, what in (
            ("probe", "Translate sample sentences and keep the form of placeholder that survives best."),
            ("verify", "Compare the files of a model, or of all, with their hashes."),
            ("remove", "Take an added model away; a built-in one cannot be removed."),
        ):
            command = commands.add_parser(name, help=what)
            command.add_argument("pair", type=_pair, nargs="?" if name == "verify" else None)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['command']}")(**options)
        except ModelError as error:
            raise CommandError(f"{error}.") from error

    def _list(self, **options: Any) -> None:
        for model in list_models(_models_dir()):
            origin = "built in" if model.built_in else str(model.path)
            self.stdout.write(f"{model.src}-{model.dst}  {model.name}  {model.licence}  {origin}")
        for path in _without_manifest():
            self.stderr.write(f"{path.name}: no usable {MANIFEST}; add the model again")

    def _add(
        self, *, directory: Path, pair: tuple[str, str], name: str, licence: str, **options: Any
    ) -> None:
        hashes = hash_directory(directory) if options["trust"] else _hashes(options["sha256"])
        model = add_model(
            directory,
            models_dir=_models_dir(),
            src=pair[0],
            dst=pair[1],
            hashes=hashes,
            name=name,
            licence=licence,
        )
        self.stdout.write(
            f"Added {model.src}-{model.dst}. Texts that waited for it are taken up within a minute."
        )
        self._probe(pair=pair)

    def _probe(self, *, pair: tuple[str, str], **options: Any) -> None:
        route = router().route(*pair)
        if route is None:
            raise CommandError(f"No engine translates from {pair[0]} into {pair[1]}.")
        hop = route.hops[0]
        try:
            found = probe(hop.engine, hop.src, hop.dst)
        except ValueError as error:
            raise CommandError(f"{error}.") from error
        EngineState.objects.update_or_create(
            engine=hop.engine.key, source=hop.src, target=hop.dst, defaults={"placeholder": found.placeholder}
        )
        for form, share in found.survival.items():
            self.stdout.write(f"{form:>8}  {share:4.0%}{'  kept' if form == found.placeholder else ''}")
        self.stdout.write(found.sample)

    def _verify(self, *, pair: tuple[str, str] | None, **options: Any) -> None:
        models = [_model(pair)] if pair else list_models(_models_dir())
        faults = [f"{model.src}-{model.dst}: {fault}" for model in models for fault in verify(model)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(models)} models are what their hashes promise.")

    def _remove(self, *, pair: tuple[str, str], **options: Any) -> None:
        model = _model(pair)
        if model.built_in:
            raise CommandError("This model is part of an installed package and stays.")
        remove_model(*pair, models_dir=_models_dir())
        self.stdout.write(f"Removed {pair[0]}-{pair[1]}. Translations it made stay.")


def _models_dir() -> Path:
    return settings.FILMSITE_TRANSLATION_MODELS_DIR


def _pair(value: str) -> tuple[str, str]:
    match = re.fullmatch(r"([a-z]{2,3})-([a-z]{2,3})", value)
    if match is None:
        raise ValueError(value)
    return match[1], match[2]


def _model(pair: tuple[str, str]) -> Model:
    if (model := find_model(*pair, _models_dir())) is None:
        raise CommandError(f"There is no model of {pair[0]}-{pair[1]}.")
    return model


def _hashes(pairs: list[str] | None) -> dict[str, str] | None:
    if pairs is None:
        return None
    if any("=" not in pair for pair in pairs):
        raise CommandError("Write each hash as FILE=HASH.")
    return dict(pair.split("=", 1) for pair in pairs)


def _without_manifest() -> list[Path]:
    """Directories that look like models and are none."""
    if not _models_dir().is_dir():
        return []
    usable = {model.path for model in list_models(_models_dir())}
    found = (path for path in sorted(_models_dir().iterdir()) if path.is_dir())
    return [path for path in found if path not in usable and not path.name.startswith(".")]
