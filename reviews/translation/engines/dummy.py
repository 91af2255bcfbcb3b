"""An engine for tests and for trying out other pairs: it translates nothing, and fails on purpose when told
to.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from reviews.translation.base import Capabilities, Failed, FailureKind, Ok, Pair, Result
from reviews.translation.engines.options import refuse_unknown, yes_or_no

ALL_PAIRS = frozenset(
    (a, b)
    for a in ("en", "nl", "pt", "es", "de", "fr", "it", "fa")
    for b in ("en", "nl", "pt", "es")
    if a != b
)


class DummyEngine:
    """Puts the target's code before each text: ``Mooi.`` becomes ``(en) Mooi.``

    `fail` makes each text fail with that kind, or only those for which `fail_when` is true. `garble` maps the
    answer to another. `delay` seconds pass per text. `raises` is raised instead of answering. `calls` keeps
    what was asked.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        key: str = "dummy",
        external: bool = False,
        billed: bool = False,
        pairs: frozenset[Pair] = ALL_PAIRS,
        version: str = "1",
        fail: FailureKind | None = None,
        fail_when: Callable[[str], bool] | None = None,
        garble: Callable[[str], str] | None = None,
        answers: Callable[[list[Result]], list[Result]] | None = None,
        delay: float = 0,
        raises: Exception | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.key = key
        self._external = external
        self._billed = billed
        self._pairs = pairs
        self._version = version
        self._fail = fail
        self._fail_when = fail_when
        self._garble = garble
        self._answers = answers
        self._delay = delay
        self._raises = raises
        self._retry_after = retry_after
        self.calls: list[list[str]] = []

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        """Option `external`: act as an engine that sends text out of the house."""
        refuse_unknown(name, options, ("external",))
        return cls(key=name, external=yes_or_no(name, options, "external") or False)

    def capabilities(self) -> Capabilities:
        return Capabilities(
            pairs=self._pairs, external=self._external, billed=self._billed, real_language=False
        )

    def fingerprint(self, src: str, dst: str) -> str:
        return f"dummy-{self._version}" if (src, dst) in self._pairs else ""

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        self.calls.append(list(batch))
        if self._raises is not None:
            raise self._raises
        results = [self._one(text, src, dst, deadline) for text in batch]
        return self._answers(results) if self._answers else results

    def _one(self, text: str, src: str, dst: str, deadline: float | None) -> Result:
        if (src, dst) not in self._pairs:
            return Failed(FailureKind.UNSUPPORTED, f"not {src}-{dst}")
        if self._delay:
            time.sleep(self._delay)
        if deadline is not None and time.monotonic() >= deadline:
            return Failed(FailureKind.RETRYABLE, "out of time")
        if self._fail is not None and (self._fail_when is None or self._fail_when(text)):
            return Failed(self._fail, "told to fail", self._retry_after)
        answer = f"({dst}) {text}" if text.strip() else text
        return Ok(self._garble(answer) if self._garble else answer)
