import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.template.defaultfilters import filesizeformat

from reviews.models import EngineOffer, EngineState
from reviews.services.probing import Trial, hops_to_try, try_engines
from reviews.services.routing import refresh_offers, router
from reviews.translation.base import Pair
from reviews.translation.model_sources import ALL_OF_IT, collect
from reviews.translation.model_store import (
    CT2,
    FX,
    Model,
    ModelError,
    add_model,
    broken_models,
    find_model,
    list_models,
    remove_model,
    verify,
)

KINDS = (FX, CT2)


class Command(BaseCommand):
    help = (
        "Translation: the models on this machine (list, add, verify, remove), the engines on others (offers), the ways "
        "between languages (routes), and which placeholder survives them (probe)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        commands.add_parser("list", help="Show every model with its licence, size and placeholder.")
        self._add_arguments_of_add(
            commands.add_parser("add", help="Take in a model from a folder, an archive or an https address.")
        )
        probing = commands.add_parser(
            "probe", help="Translate sample sentences and keep the form of placeholder that survives best."
        )
        probing.add_argument(
            "pair",
            type=_pair,
            nargs="?",
            help="As in nl-en; without it all pairs, and of engines that are paid for those that texts call for.",
        )
        probing.add_argument("--engine", default="", metavar="NAME", help="Only this engine.")
        routes = commands.add_parser("routes", help="Show which way a pair goes, the best first.")
        routes.add_argument("pair", type=_pair, nargs="?")
        commands.add_parser("offers", help="Ask engines on other machines now which pairs they have.")
        for name, what in (
            ("verify", "Compare the files of a model, or of all, with their hashes."),
            ("remove", "Take an added model away; a built-in one cannot be removed."),
        ):
            command = commands.add_parser(name, help=what)
            command.add_argument("pair", type=_pair, nargs="?" if name == "verify" else None)
            command.add_argument("--engine", choices=KINDS, default=FX)

    @staticmethod
    def _add_arguments_of_add(add: CommandParser) -> None:
        add.add_argument(
            "source",
            help="A folder, an archive (.tar, .tar.gz, .zip), or an https address: of an archive, of a manifest.json, of "
            "the folder where one lies, or of Mozilla's registry (models.json).",
        )
        add.add_argument(
            "pair",
            type=_pair,
            nargs="?",
            help="From and into, as in nl-en; the names of the files tell it, too.",
        )
        expected = add.add_mutually_exclusive_group()
        expected.add_argument(
            "--sha256",
            action="append",
            default=[],
            metavar="[FILE=]HASH",
            help="What a file must be, once per file; without FILE what the archive, manifest or registry must be.",
        )
        expected.add_argument(
            "--trust", action="store_true", help="Take the files as they are and write down their hashes."
        )
        add.add_argument("--engine", choices=KINDS, default=FX, help="What the model is for (fx).")
        add.add_argument("--name", default="", help="A name for the list.")
        add.add_argument("--licence", default="", help="The licence of the model (MPL-2.0 for fx).")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['command']}")(**options)
        except ModelError as error:
            raise CommandError(f"{error}.") from error

    def _list(self, **options: Any) -> None:
        forms = {
            (state.engine, state.source, state.target): state.placeholder
            for state in EngineState.objects.exclude(probed_at=None)
        }
        for kind in KINDS:
            for model in list_models(_models_dir(), kind=kind):
                form = forms.get((kind, *model.pair), "not tried")
                self.stdout.write(
                    f"{model.src}-{model.dst}  {kind}  {model.name}  {model.licence}  "
                    f"{_size(model)}  {form}  {'built in' if model.built_in else model.path}"
                )
            for path, fault in broken_models(_models_dir(), kind=kind).items():
                self.stderr.write(f"{path.name}: {fault}; add the model again")
        for offer in EngineOffer.objects.order_by("engine"):
            asked = f"asked {offer.fetched_at:%Y-%m-%d %H:%M} UTC" if offer.fetched_at else "never answered"
            silent = f", silent since: {offer.error}" if offer.failed_at else ""
            self.stdout.write(f"{offer.engine}: {len(offer.pairs)} pairs, {asked}{silent}")

    def _add(
        self,
        *,
        source: str,
        pair: Pair | None,
        sha256: list[str],
        trust: bool,
        engine: str,
        name: str,
        licence: str,
        **options: Any,
    ) -> None:
        with TemporaryDirectory(prefix="filmsite-model-") as folder:
            found = collect(
                source, into=Path(folder), kind=engine, pair=pair, promised=_hashes(sha256), trust=trust
            )
            model = add_model(
                found.directory,
                models_dir=_models_dir(),
                src=found.pair[0],
                dst=found.pair[1],
                hashes=found.hashes,
                name=name or found.name,
                licence=licence or found.licence or ("MPL-2.0" if engine == FX else "unknown"),
                kind=engine,
            )
        self.stdout.write(
            f"Added {model.src}-{model.dst} ({_size(model)}). Texts that waited for it are taken up within a minute."
        )
        if not self._try(model.pair, engine=""):
            self.stdout.write(
                f"No engine of FILMSITE_TRANSLATION_ENGINES uses it: add {engine}, or look at `routes`."
            )

    def _probe(self, *, pair: Pair | None, engine: str, **options: Any) -> None:
        if not self._try(pair, engine=engine):
            of = f"from {pair[0]} into {pair[1]}" if pair else "anything"
            raise CommandError(f"No engine{' named ' + engine if engine else ''} translates {of}.")

    def _try(self, pair: Pair | None, *, engine: str) -> bool:
        """Try what there is and say what was found; answers whether there was anything to try."""
        hops = hops_to_try(pair=pair, engine=engine)
        for trial in try_engines(hops):
            self._tell(trial, at_length=len(hops) == 1)
        return bool(hops)

    def _tell(self, trial: Trial, *, at_length: bool) -> None:
        what = f"{trial.hop.engine.key} {trial.hop.src}-{trial.hop.dst}"
        if trial.found is None:
            self.stderr.write(f"{what}: {trial.error}")
            return
        kept = trial.found.placeholder
        self.stdout.write(f"{what}: {kept} survives in {trial.found.survival[kept]:.0%} of the sentences")
        if at_length:
            for form, share in trial.found.survival.items():
                self.stdout.write(f"{form:>8}  {share:4.0%}{'  kept' if form == kept else ''}")
            self.stdout.write(trial.found.sample)

    def _routes(self, *, pair: Pair | None, **options: Any) -> None:
        for src, dst in [pair] if pair else sorted(router().matrix()):
            ways = router().routes(src, dst)
            names = [f"{route.engine.key}{f' by way of {route.via}' if route.via else ''}" for route in ways]
            self.stdout.write(f"{src}-{dst}: {', '.join(names) or 'no way'}")

    def _offers(self, **options: Any) -> None:
        for name, fault in refresh_offers(every=True).items():
            pairs = EngineOffer.objects.get(engine=name).pairs
            self.stdout.write(f"{name}: {fault or f'{len(pairs)} pairs'}")

    def _verify(self, *, pair: Pair | None, engine: str, **options: Any) -> None:
        kinds = (engine,) if pair else KINDS
        models = [model for kind in kinds for model in ([_model(pair, kind)] if pair else _all(kind))]
        faults = [f"{model.src}-{model.dst}: {fault}" for model in models for fault in verify(model)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(models)} models are what their hashes promise.")

    def _remove(self, *, pair: Pair, engine: str, **options: Any) -> None:
        model = _model(pair, engine)
        if model.built_in:
            raise CommandError("This model is part of an installed package and stays.")
        remove_model(*pair, models_dir=_models_dir(), kind=engine)
        self.stdout.write(f"Removed {pair[0]}-{pair[1]}. Translations it made stay.")


def _models_dir() -> Path:
    return settings.FILMSITE_TRANSLATION_MODELS_DIR


def _pair(value: str) -> Pair:
    match = re.fullmatch(r"([a-zA-Z]{2,3}(?:-[A-Z][\w]{1,3})?)-([a-zA-Z]{2,3}(?:-[A-Z][\w]{1,3})?)", value)
    if match is None:
        raise ValueError(value)
    return match[1], match[2]


def _all(kind: str) -> list[Model]:
    return list_models(_models_dir(), kind=kind)


def _model(pair: Pair, kind: str) -> Model:
    if (model := find_model(*pair, _models_dir(), kind=kind)) is None:
        raise CommandError(f"There is no model of {pair[0]}-{pair[1]}.")
    return model


def _size(model: Model) -> str:
    return filesizeformat(model.size()).replace("\xa0", " ")


def _hashes(written: list[str]) -> dict[str, str]:
    """What was promised, by the name of a file; a hash alone is that of the source as a whole."""
    promised: dict[str, str] = {}
    for one in written:
        name, _equals, digest = one.rpartition("=")
        if not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
            raise CommandError(f"{digest!r} is no SHA-256: 64 hexadecimal digits, as sha256sum writes them.")
        promised[name or ALL_OF_IT] = digest.lower()
    return promised
