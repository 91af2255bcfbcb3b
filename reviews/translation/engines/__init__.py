"""The engines there are, by the name that settings and stored translations call their kind."""

from collections.abc import Mapping
from typing import Final

from reviews.translation.base import ConfigurableEngine
from reviews.translation.engines.apertium import ApertiumEngine
from reviews.translation.engines.ct2 import CT2Engine
from reviews.translation.engines.deepl import DeepLEngine
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine
from reviews.translation.engines.libretranslate import LibreTranslateEngine

REGISTRY: Final[Mapping[str, type[ConfigurableEngine]]] = {
    "fx": FxEngine,
    "apertium": ApertiumEngine,
    "libretranslate": LibreTranslateEngine,
    "deepl": DeepLEngine,
    "ct2": CT2Engine,
    "dummy": DummyEngine,
}
