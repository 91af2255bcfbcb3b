"""What readers are told of an engine: nothing of one in the house, its name of one that texts leave the house for."""

from typing import Final

from reviews.services.translating import router

# How machines are written that have a name of their own; others are called as the settings call them.
_NAMES: Final = {"deepl": "DeepL", "libretranslate": "LibreTranslate"}


def machine_of(key: str) -> str:
    """What the engine of a stored translation is called; empty for one in the house. Asks no network.

    Of a chain (`fx+deepl`) those of its engines that are outside.
    """
    outside = {engine.key for engine in router().engines() if engine.capabilities().external}
    return ", ".join(_NAMES.get(part, part) for part in key.split("+") if part in outside)
