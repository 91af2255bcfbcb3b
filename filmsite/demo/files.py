"""The facts and texts as they lie beside this module. Their shapes are told where they are used."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def read(name: str) -> Any:
    """Give the contents of one of the JSON files: films, shows, facts, people, members, lives or reviews."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
