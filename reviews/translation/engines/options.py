"""What the settings say of an engine, read so that a slip of the pen is told and not passed over."""

from collections.abc import Collection, Mapping

from reviews.translation.base import EngineSettingError

_YES_OR_NO = {"yes": True, "no": False}


def refuse_unknown(name: str, options: Mapping[str, str], known: Collection[str] = ()) -> None:
    """Raise EngineSettingError for an option that the engine does not have."""
    if unknown := sorted(set(options) - set(known)):
        has = f"it has {', '.join(sorted(known))}" if known else "it has none"
        raise EngineSettingError(f"{name}: there is no option {', '.join(unknown)}; {has}")


def yes_or_no(name: str, options: Mapping[str, str], option: str) -> bool | None:
    """Give what was said, or None for nothing. Raises EngineSettingError for another word."""
    said = options.get(option)
    if said is None:
        return None
    if said not in _YES_OR_NO:
        raise EngineSettingError(f"{name}: {option} is yes or no, not {said[:40]!r}")
    return _YES_OR_NO[said]


def count(name: str, options: Mapping[str, str], option: str, default: int) -> int:
    """Give a whole number from 1 to 9999. Raises EngineSettingError for anything else."""
    said = options.get(option, str(default))
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and int(said)):
        raise EngineSettingError(f"{name}: {option} is a whole number above zero, not {said[:40]!r}")
    return int(said)
