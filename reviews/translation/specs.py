"""What a setting says of an engine: `fx`, or `house=libretranslate?url=http://127.0.0.1:5000`.

The name stands before the equals sign (without one it is the kind), the kind is one of `engines.REGISTRY` or the dotted
path of a class of your own, and options follow a question mark as in an address, with `%2C` for a comma.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from django.utils.module_loading import import_string

from reviews.translation.base import ConfigurableEngine, Engine, EngineSettingError
from reviews.translation.engines import REGISTRY
from reviews.translation.routes import RESERVED

# Two names and a plus fit the column of a translation that two engines made.
MOST_NAME_CHARACTERS: Final = 39

_SPEC = re.compile(r"(?:(?P<name>[^=?]*)=)?(?P<kind>[\w.]+)(?:\?(?P<options>.*))?")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine of the settings, not made yet."""

    name: str
    kind: str
    options: Mapping[str, str]


def parse_engine(text: str) -> EngineSpec:
    """Read one entry of the setting. Raises EngineSettingError."""
    match = _SPEC.fullmatch(text.strip())
    if match is None:
        raise EngineSettingError(f"{text!r} is no engine; write “fx” or “name=kind?option=value”")
    kind = match["kind"]
    name = match["name"] if match["name"] is not None else kind.rpartition(".")[2].lower()
    if not _NAME.fullmatch(name) or len(name) > MOST_NAME_CHARACTERS or name in RESERVED:
        raise EngineSettingError(f"{name!r} cannot be the name of an engine")
    try:
        pairs = parse_qsl(
            match["options"] or "", keep_blank_values=True, strict_parsing=bool(match["options"])
        )
    except ValueError as error:
        raise EngineSettingError(f"{name}: {match['options']!r} are no options") from error
    options = dict(pairs)
    if len(options) < len(pairs):
        raise EngineSettingError(f"{name}: an option is there twice")
    return EngineSpec(name, kind, options)


def make_engine(spec: EngineSpec, *, models_dir: Path | None = None) -> Engine:
    """Make an engine; no network. Raises EngineSettingError for an unknown kind and for what its options lack."""
    return _kind(spec).from_settings(spec.name, spec.options, models_dir)


def _kind(spec: EngineSpec) -> type[ConfigurableEngine]:
    if spec.kind in REGISTRY:
        return REGISTRY[spec.kind]
    if "." in spec.kind:
        try:
            return import_string(spec.kind)
        except ImportError as error:
            raise EngineSettingError(f"{spec.name}: {error}") from error
    raise EngineSettingError(
        f"{spec.name}: there is no engine of the kind {spec.kind!r}, but {', '.join(sorted(REGISTRY))}"
    )
