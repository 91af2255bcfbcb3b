"""The engines there are, by the name that settings and stored translations call their kind."""

from collections.abc import Mapping
from typing import Final

from reviews.translation.base import ConfigurableEngine
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine

REGISTRY: Final[Mapping[str, type[ConfigurableEngine]]] = {
    "fx": FxEngine,
    "dummy": DummyEngine,
}
