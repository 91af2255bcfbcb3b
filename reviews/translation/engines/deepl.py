"""DeepL: every text leaves the house, and every character counts."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from filmsite.lib.languages import primary, same_language
from reviews.translation.base import Capabilities, EngineSettingError, FailureKind, Pair
from reviews.translation.engines.place import Place
from reviews.translation.engines.remote import (
    HttpEngine,
    Refused,
    as_json,
    broken,
    our_code,
    their_code,
)

OPTIONS: Final = ("url", "key_env", "version")
FREE_URL: Final = "https://api-free.deepl.com"
PAID_URL: Final = "https://api.deepl.com"
# Keys of the free plan end so, and are known at another address.
FREE_KEY_END: Final = ":fx"
# It writes no English and no Portuguese as such; this is what a reader of either gets.
VARIANTS: Final = {"en": "EN-GB", "pt": "PT-BR"}


class DeepLEngine(HttpEngine):
    """Options: `key_env`, which it needs; `version` (see `Place`); `url` for another address than the plan's own."""

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        if "key_env" not in options:
            raise EngineSettingError(f"{name}: key_env must name the variable that holds the key")
        place = Place.from_settings(name, options, known=OPTIONS, default_url=PAID_URL)
        if "url" not in options and place.secret.endswith(FREE_KEY_END):
            place = replace(place, url=FREE_URL)
        # Whatever relay stands between.
        return cls(name, replace(place, external=True))

    def limits(self) -> Capabilities:
        # 50 texts and 128 KiB: a character has four bytes at most, and the rest of a request needs little.
        return Capabilities(max_segments=50, max_characters=30_000, billed=True)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"DeepL-Auth-Key {self._place.secret}"}

    def model_of(self, src: str, dst: str) -> str:
        return f"{src}-{_target(dst)}"

    def offered(self, deadline: float) -> frozenset[Pair]:
        sources = {primary(code) for code in self._languages("source", deadline)}
        targets = self._languages("target", deadline)
        targets |= {primary(code) for code in targets}
        return frozenset((src, dst) for src in sources for dst in targets if not same_language(src, dst))

    def _languages(self, kind: str, deadline: float) -> set[str]:
        said = self.ask(f"/v2/languages?type={kind}", deadline=deadline)
        try:
            codes = {our_code(language["language"]) for language in said}
        except (TypeError, KeyError) as error:
            raise broken("its list of languages is none") from error
        return {code for code in codes if code}

    def answers(self, texts: Sequence[str], src: str, dst: str, deadline: float) -> Sequence[object]:
        payload = {
            "text": list(texts),
            "source_lang": their_code(primary(src)).upper(),
            "target_lang": _target(dst),
            # They are sentences already, and what stands round the words is put back by the pipeline.
            "split_sentences": "0",
            "preserve_formatting": True,
        }
        try:
            said = self.ask("/v2/translate", deadline=deadline, body=as_json(payload))
        except Refused as refused:
            if refused.failure.kind is FailureKind.QUOTA:
                raise self._spent(refused, deadline) from refused
            raise
        try:
            return [translation["text"] for translation in said["translations"]]
        except (TypeError, KeyError) as error:
            raise broken("an answer without translations") from error

    def _spent(self, refused: Refused, deadline: float) -> Refused:
        """Say how much was used and when there is more, where DeepL tells."""
        try:
            said: Any = self.ask("/v2/usage", deadline=deadline)
            used, limit = int(said["character_count"]), int(said["character_limit"])
        except (Refused, TypeError, KeyError, ValueError):
            return refused
        wait = refused.failure.retry_after
        with suppress(TypeError, KeyError, ValueError):
            ends = datetime.fromisoformat(said["end_time"])
            wait = (ends if ends.tzinfo else ends.replace(tzinfo=UTC)).timestamp() - datetime.now(
                UTC
            ).timestamp()
        return Refused(FailureKind.QUOTA, f"{used} of {limit} characters are used", wait)

    def refusal(self, status: int, said: str) -> FailureKind | None:
        if status == 456:
            return FailureKind.QUOTA
        if status == 400 and "not supported" in said.lower() and "_lang" in said:
            return FailureKind.UNSUPPORTED
        return None


def _target(code: str) -> str:
    return VARIANTS.get(code, their_code(code).upper())
