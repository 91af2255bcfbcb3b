"""LibreTranslate, and what speaks as it does: a server of the house or of somebody else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from reviews.translation.base import Capabilities, FailureKind, Pair
from reviews.translation.engines.place import Place
from reviews.translation.engines.remote import HttpEngine, as_json, broken, our_code, their_code

OPTIONS: Final = ("url", "key_env", "external", "version")


class LibreTranslateEngine(HttpEngine):
    """Sends plain text in lists; see `Place` for the options."""

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        return cls(name, Place.from_settings(name, options, known=OPTIONS))

    def limits(self) -> Capabilities:
        # What public servers take; one that takes less says so, and the caller sends less.
        return Capabilities(max_segments=25, max_characters=2_000)

    def offered(self, deadline: float) -> frozenset[Pair]:
        said = self.ask("/languages", deadline=deadline)
        try:
            listed = {
                (our_code(language["code"]), our_code(target))
                for language in said
                for target in language["targets"]
            }
        except (TypeError, KeyError) as error:
            raise broken("its list of languages is none, or names no targets") from error
        return frozenset((src, dst) for src, dst in listed if src and dst and src != dst)

    def answers(self, texts: Sequence[str], src: str, dst: str, deadline: float) -> Sequence[object]:
        payload: dict[str, Any] = {
            "q": list(texts),
            "source": their_code(src),
            "target": their_code(dst),
            "format": "text",
        }
        if self._place.secret:
            payload["api_key"] = self._place.secret
        said = self.ask("/translate", deadline=deadline, body=as_json(payload))
        answers = said.get("translatedText") if isinstance(said, dict) else None
        if not isinstance(answers, list):
            raise broken("an answer without a list of translations")
        return answers

    def refusal(self, status: int, said: str) -> FailureKind | None:
        words = said.lower()
        if status == 400 and "not supported" in words:
            return FailureKind.UNSUPPORTED
        if status == 400 and "exceeds" in words and "limit" in words:
            return FailureKind.TOO_LARGE
        if status == 403 and "key" not in words:
            # It counts what everybody sends and shuts those out who send more than they may.
            return FailureKind.QUOTA
        return None
