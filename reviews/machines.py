"""What readers are told of an engine: nothing of one in the house, its name of one that texts leave the house for."""

from collections.abc import Mapping
from typing import Final

from reviews.services.routing import router
from reviews.translation.engines import REGISTRY
from reviews.translation.engines.apertium import ApertiumEngine
from reviews.translation.engines.deepl import DeepLEngine
from reviews.translation.engines.libretranslate import LibreTranslateEngine

# How machines write their own names; others are called as the settings call them.
_NAMES: Final[Mapping[type, str]] = {
    ApertiumEngine: "Apertium",
    DeepLEngine: "DeepL",
    LibreTranslateEngine: "LibreTranslate",
}


def machine_of(key: str) -> str:
    """What the engine of a stored translation is called; empty for one in the house. Asks no network.

    Of a chain (`fx+deepl`) those of its engines that are outside. One that the settings no longer name is taken to have
    been outside if its kind may be.
    """
    engines = {engine.key: engine for engine in router().engines()}
    called = []
    for part in key.split("+"):
        engine = engines.get(part)
        if engine is None:
            called.append(_NAMES.get(REGISTRY.get(part, object), ""))
        elif engine.capabilities().external:
            called.append(_NAMES.get(type(engine), part))
    return ", ".join(filter(None, called))
