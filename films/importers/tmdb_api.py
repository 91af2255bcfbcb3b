"""Asking TMDB for documents, with the operator's own token and at the pace that its terms allow."""

import json
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from films.importers.base import ImportProblem
from filmsite.lib.http import Answer, Unanswered, fetch

ADDRESS: Final = "https://api.themoviedb.org/3"
_APPEND: Final = {
    "movie": "credits,alternative_titles,release_dates,external_ids",
    "tv": "aggregate_credits,alternative_titles,external_ids",
}
_ATTEMPTS: Final = 6
_LONGEST_PAUSE: Final = 60.0
# A little below the forty requests a second that TMDB asks its users to stay under.
_SECONDS_APART: Final = 1 / 30


class Opener(Protocol):
    def __call__(self, url: str, *, headers: dict[str, str]) -> Answer: ...


class TmdbApi:
    """TMDB's API, version 3. Patient with one that is busy; ImportProblem when it gives no answer at all."""

    def __init__(
        self, token: str, *, opener: Opener = fetch, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._open, self._sleep = opener, sleep
        self._next = 0.0

    def document(self, kind: str, number: int) -> dict[str, Any] | None:
        """Everything about a "movie" or "tv"; None when TMDB has it no longer."""
        url = f"{ADDRESS}/{kind}/{number}?append_to_response={_APPEND[kind]}&language=en-US"
        trouble = ""
        for attempt in range(_ATTEMPTS):
            self._keep_pace()
            pause = min(2.0**attempt, _LONGEST_PAUSE)
            try:
                answer = self._open(url, headers=self._headers)
            except Unanswered as error:
                trouble = str(error)
            else:
                if answer.status == 200:
                    return self._read(answer)
                if answer.status == 404:
                    return None
                if answer.status in (401, 403):
                    raise ImportProblem(
                        f"TMDB refuses the token (status {answer.status}). Check TMDB_TOKEN: it is the “API read access token”."
                    )
                trouble = f"status {answer.status}"
                pause = _asked_pause(answer) or pause
            self._sleep(pause)
        raise ImportProblem(
            f"TMDB gives no answer ({trouble}). Try again later: the import goes on from here."
        )

    def _keep_pace(self) -> None:
        now = time.monotonic()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + _SECONDS_APART

    @staticmethod
    def _read(answer: Answer) -> dict[str, Any]:
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ImportProblem("TMDB answers with something that is not JSON. Try again later.") from error
        if not isinstance(found, dict):
            raise ImportProblem("TMDB answers with something that is no document. Try again later.")
        return found


def _asked_pause(answer: Answer) -> float | None:
    """The seconds that the answer asks to wait, a minute at most."""
    asked = answer.headers.get("retry-after", "")
    return (
        min(float(asked), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    )
