"""What engines on other machines share: how they are asked, and what their refusals mean.

What answers at an operator's address is trusted no more than anybody.
"""

import html
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import monotonic, time
from typing import Any, Final

from filmsite.lib.http import Answer, TooLong, Unanswered, ask_service
from reviews.translation.base import (
    Capabilities,
    Failed,
    FailureKind,
    NotOffered,
    Ok,
    Pair,
    Result,
    batches,
)
from reviews.translation.engines.place import Place

# How long a call may take where the caller has no deadline, or a later one: an engine that hangs is left.
MOST_SECONDS: Final = 20.0
_STATUS: Final[Mapping[int, FailureKind]] = {
    408: FailureKind.RETRYABLE,
    413: FailureKind.TOO_LARGE,
    414: FailureKind.TOO_LARGE,
    425: FailureKind.RETRYABLE,
    429: FailureKind.RETRYABLE,
}
# After these the rest of a batch would fare no better.
_STOPPING: Final = frozenset({FailureKind.RETRYABLE, FailureKind.QUOTA, FailureKind.REJECTED})
_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,4})?")
_OURS: Final = {"nb": "no"}
_THEIRS: Final = {"no": "nb"}
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,5}|#x[0-9a-f]{1,4});", re.IGNORECASE)


class Refused(Exception):
    """An engine did not do what it was asked; `failure` says why."""

    def __init__(self, kind: FailureKind, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.failure = Failed(kind, detail, retry_after)


class HttpEngine(ABC):
    """An engine that is asked over HTTP. A kind says how to ask for pairs and translations, and no more."""

    def __init__(self, key: str, place: Place) -> None:
        self.key = key
        self._place = place
        self._pairs: frozenset[Pair] = frozenset()

    # --- What a kind of engine says -----------------------------------------------------------------------

    @abstractmethod
    def limits(self) -> Capabilities:
        """What may be sent at once; pairs and whose machine it is are filled in."""

    @abstractmethod
    def offered(self, deadline: float) -> frozenset[Pair]:
        """Ask for the pairs, in BCP 47. Raises Refused."""

    @abstractmethod
    def answers(self, texts: Sequence[str], src: str, dst: str, deadline: float) -> Sequence[object]:
        """Ask for the translations of texts with words in them, within `limits`. Raises Refused."""

    def refusal(self, status: int, said: str) -> FailureKind | None:
        """What a status means here where it means something else than everywhere."""
        return None

    def headers(self) -> dict[str, str]:
        """What goes with every request; here is the place of a secret."""
        return {}

    def model_of(self, src: str, dst: str) -> str:
        """What decides about the translations of a pair beside the address and the operator's `version`."""
        return f"{src}-{dst}"

    # --- What all of them do ------------------------------------------------------------------------------

    def know(self, pairs: frozenset[Pair]) -> None:
        self._pairs = pairs

    def fetch_pairs(self, *, deadline: float | None = None) -> frozenset[Pair]:
        try:
            return self.offered(_soon(deadline))
        except Refused as refused:
            raise NotOffered(refused.failure) from refused

    def capabilities(self) -> Capabilities:
        limits = self.limits()
        return Capabilities(
            pairs=self._pairs,
            max_segments=limits.max_segments,
            max_characters=limits.max_characters,
            external=self._place.external,
            billed=limits.billed,
        )

    def fingerprint(self, src: str, dst: str) -> str:
        if (src, dst) not in self._pairs:
            return ""
        parts = (type(self).__name__, self._place.url, self._place.version, self.model_of(src, dst))
        return sha256("\n".join(parts).encode()).hexdigest()

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        if (src, dst) not in self._pairs:
            return [Failed(FailureKind.UNSUPPORTED, f"it does not offer {src}-{dst}")] * len(batch)
        limits = self.limits()
        # A text without a word in it is its own translation.
        results: list[Result] = [Ok(text) for text in batch]
        asked = [place for place, text in enumerate(batch) if text.strip()]
        for place in asked:
            if len(batch[place]) > limits.max_characters:
                results[place] = Failed(FailureKind.TOO_LARGE, f"a text of {len(batch[place])} characters")
        asked = [place for place in asked if isinstance(results[place], Ok)]
        stopped: Failed | None = None
        for group in batches([batch[place] for place in asked], limits):
            places = [asked[number] for number in group]
            texts = [batch[place] for place in places]
            found = [stopped] * len(texts) if stopped else self._translated(texts, src, dst, _soon(deadline))
            for place, result in zip(places, found, strict=True):
                results[place] = result
            if isinstance(found[0], Failed) and found[0].kind in _STOPPING:
                stopped = found[0]
        return results

    def _translated(self, texts: Sequence[str], src: str, dst: str, deadline: float) -> Sequence[Result]:
        try:
            answers = self.answers(texts, src, dst, deadline)
        except Refused as refused:
            return [refused.failure] * len(texts)
        if len(answers) != len(texts):
            detail = f"{len(answers)} answers to {len(texts)} texts"
            return [Failed(FailureKind.BROKEN, detail)] * len(texts)
        return [
            Ok(without_entities(answer, text))
            if isinstance(answer, str)
            else Failed(FailureKind.BROKEN, "the answer is no text")
            for text, answer in zip(texts, answers, strict=True)
        ]

    def ask(
        self, path: str, *, deadline: float, body: bytes | None = None, content: str = "application/json"
    ) -> Any:
        """GET, or POST a body, and give the JSON that comes back. Raises Refused."""
        if monotonic() >= deadline:
            raise Refused(FailureKind.RETRYABLE, "out of time")
        headers = {"Accept": "application/json", **self.headers()}
        if body is not None:
            headers["Content-Type"] = content
        try:
            answer = ask_service(f"{self._place.url}{path}", body=body, headers=headers, deadline=deadline)
        except TooLong as error:
            raise Refused(FailureKind.BROKEN, str(error)) from error
        except Unanswered as error:
            raise Refused(FailureKind.RETRYABLE, str(error)) from error
        said = _parsed(answer)
        if answer.status == 200:
            if said is None:
                raise Refused(FailureKind.BROKEN, f"{len(answer.body)} bytes that are no JSON")
            return said
        words = self._without_secret(_words_of(said))
        kind = self.refusal(answer.status, words) or _STATUS.get(answer.status)
        if kind is None:
            kind = FailureKind.RETRYABLE if answer.status >= 500 else FailureKind.REJECTED
        detail = f"HTTP {answer.status}{': ' if words else ''}{words}"
        raise Refused(kind, detail, retry_after(answer.headers.get("retry-after", "")))

    def _without_secret(self, words: str) -> str:
        # A server that complains about a key may well repeat it, and what it says is kept and shown.
        secret = self._place.secret
        return words.replace(secret, "…") if secret else words


def our_code(code: str) -> str | None:
    """A code as an engine writes it (`PT-BR`, `pt_br`, `NB`), in BCP 47 as this site writes it; None when it is none.

    What is written in Norway is `no` here, whichever of its two forms an engine was taught.
    """
    if not _CODE.fullmatch(code):
        return None
    first, *rest = re.split("[-_]", code)
    language = _OURS.get(first.lower(), first.lower())
    return "-".join([language, *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def their_code(code: str) -> str:
    """What most engines call a language of ours."""
    return _THEIRS.get(code, code)


def as_json(payload: object) -> bytes:
    """The body of a request; a lone surrogate becomes a question mark."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")


def broken(detail: str) -> Refused:
    """What to raise for an answer of another shape than was promised."""
    return Refused(FailureKind.BROKEN, detail)


def retry_after(header: str) -> float | None:
    """Read a Retry-After header, seconds or a date, as seconds from now; None when it says nothing."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:12])
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def without_entities(answer: str, text: str) -> str:
    """Undo what a server did that took plain text for HTML; a text with entities of its own is left alone."""
    if _ENTITY.search(answer) and not _ENTITY.search(text):
        return html.unescape(answer)
    return answer


def _soon(deadline: float | None) -> float:
    latest = monotonic() + MOST_SECONDS
    return latest if deadline is None else min(deadline, latest)


def _parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _words_of(said: object) -> str:
    """The words of an error, wherever a server put them."""
    for name in ("error", "explanation", "message", "detail"):
        if isinstance(said, dict) and said.get(name):
            said = said[name]
            break
    return said[:200] if isinstance(said, str) else ""
