"""What is wrong with the settings of translation, told before anything is translated (`manage.py check`).

Nothing here speaks to the network or the database.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from filmsite.lib.languages import primary
from reviews.translation.base import Engine, EngineSettingError, RemoteEngine
from reviews.translation.model_store import CT2, FX, broken_models
from reviews.translation.routes import ANY, RouteError, Rule, parse_rules, resolve_pair
from reviews.translation.specs import make_engine, parse_engine


def check_translation(**options: Any) -> list[CheckMessage]:
    """Engines, the routes between languages, pivots, and the models on disk."""
    messages: list[CheckMessage] = []
    engines = _engines(messages)
    rules: Sequence[Rule] = ()
    try:
        rules = parse_rules(settings.FILMSITE_TRANSLATION_ROUTES)
    except RouteError as error:
        messages.append(
            Error(
                f"FILMSITE_TRANSLATION_ROUTES: {error}.",
                hint="Write “nl>en: fx deepl; *>en: house”. Until then nothing is translated.",
                id="reviews.E004",
            )
        )
    messages += _of_rules(rules, engines)
    messages += _of_external(engines)
    messages += _of_languages()
    messages += _of_models(settings.FILMSITE_TRANSLATION_MODELS_DIR)
    return messages


def _engines(messages: list[CheckMessage]) -> dict[str, Engine | None]:
    """The engines by name, None for one that cannot be made; says why."""
    engines: dict[str, Engine | None] = {}
    for text in settings.FILMSITE_TRANSLATION_ENGINES:
        try:
            spec = parse_engine(text)
        except EngineSettingError as error:
            messages.append(_wrong_engine(error, "reviews.E001"))
            continue
        if spec.name in engines:
            messages.append(
                Error(
                    f"FILMSITE_TRANSLATION_ENGINES has two engines named {spec.name}.",
                    hint="Give one of them a name of its own: “other=kind?…”.",
                    id="reviews.E003",
                )
            )
            continue
        engines[spec.name] = None
        try:
            engines[spec.name] = make_engine(spec, models_dir=settings.FILMSITE_TRANSLATION_MODELS_DIR)
        except EngineSettingError as error:
            messages.append(_wrong_engine(error, "reviews.E002"))
    return engines


def _wrong_engine(error: EngineSettingError, code: str) -> Error:
    return Error(
        f"FILMSITE_TRANSLATION_ENGINES: {error}.",
        hint="docs/translation.md has the kinds of engines and what each needs. Until then the site does without it.",
        id=code,
    )


def _of_rules(rules: Sequence[Rule], engines: dict[str, Engine | None]) -> Iterator[CheckMessage]:
    for rule in rules:
        for name in rule.engines:
            if name not in engines:
                yield Error(
                    f"FILMSITE_TRANSLATION_ROUTES: {rule} names {name}, and there is no such engine.",
                    hint=f"FILMSITE_TRANSLATION_ENGINES has {', '.join(engines) or 'none'}.",
                    id="reviews.E005",
                )
            elif _lacks(engines[name], rule):
                yield Warning(
                    f"FILMSITE_TRANSLATION_ROUTES: {name} has no model of {rule.src}-{rule.dst}.",
                    hint="Add one with “manage.py translation_models add”, or take it out of the rule.",
                    id="reviews.W001",
                )
    for earlier, later in combinations(rules, 2):
        if earlier.hides(later):
            yield Warning(
                f"FILMSITE_TRANSLATION_ROUTES: {later} never counts, for {earlier} stands before it.",
                hint="The first rule that fits a pair counts: write the narrower one first.",
                id="reviews.W002",
            )


def _lacks(engine: Engine | None, rule: Rule) -> bool:
    """Whether an engine of this machine has nothing for a rule that names both languages."""
    if engine is None or isinstance(engine, RemoteEngine) or ANY in (rule.src, rule.dst):
        return False
    return resolve_pair(engine.capabilities().pairs, rule.src, rule.dst) is None


def _of_external(engines: dict[str, Engine | None]) -> Iterator[CheckMessage]:
    if settings.FILMSITE_TRANSLATION_EXTERNAL:
        return
    for name, engine in engines.items():
        if engine is not None and engine.capabilities().external:
            yield Warning(
                f"The engine {name} sends texts out of the house, which is not allowed: it is off.",
                hint="Set FILMSITE_TRANSLATION_EXTERNAL=1 if members have been told, or take the engine out.",
                id="reviews.W003",
            )


def _of_languages() -> Iterator[CheckMessage]:
    for setting in ("FILMSITE_TRANSLATION_PIVOTS", "FILMSITE_TRANSLATION_TARGETS"):
        for code in getattr(settings, setting):
            if not _is_language(code):
                yield Error(
                    f"{setting}: {code!r} is no language.",
                    hint="Write codes as in “en” or “pt-BR”, separated by commas.",
                    id="reviews.E006",
                )


def _is_language(code: str) -> bool:
    try:
        Locale.parse(primary(code))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _of_models(models_dir: Path) -> Iterator[CheckMessage]:
    try:
        # Without a folder there are no models but those of the package, and nothing is wrong.
        readable = not models_dir.exists() or (models_dir.is_dir() and list(models_dir.iterdir()) is not None)
    except OSError:
        readable = False
    if not readable:
        yield Error(
            f"FILMSITE_TRANSLATION_MODELS_DIR: {models_dir} is no folder that this user may read.",
            hint="Give it to the user that the site runs as.",
            id="reviews.E007",
        )
        return
    for kind in (FX, CT2):
        for fault in broken_models(models_dir, kind=kind).values():
            yield Warning(
                f"A translation model cannot be used: {fault}.",
                hint="Add it again with “manage.py translation_models add”, or remove it.",
                id="reviews.W004",
            )
