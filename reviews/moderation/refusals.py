"""Why an act of moderation was refused. `str(error)` is a code that a page puts into words; nothing was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviews.models import Decision


class ModerationError(Exception):
    """The act was refused."""


class StaleCase(ModerationError):
    """Somebody changed the case since the page was made; nothing was overwritten.

    "version": there is news; "state": it was decided; "claimed": somebody else is at work on it; "text": what it is about
    was changed, taken back or restored; "late": the time to take a decision back is over; "appealed": somebody else
    answers its author; "twin": a newer case about the
    same cause is open.
    """


class NotAllowed(ModerationError):
    """This member may not do this.

    "rights": another section, or their own text, vote, report or decision; "measure": only a moderator of members may
    suspend, or end a suspension; "nothing": a measure with what takes nothing; "author": a measure where there is no author;
    "nobody": none of the chosen members is concerned; "text": it does not stand any more; "own": their own text;
    "paused": too many of their reports were wrong lately; "apart": these cases have nothing in common;
    "colleague": they may not decide this case;
    "parts": the case holds what is for somebody else; "sections": these cases are of several sections.
    """


class AlreadyDecided(ModerationError):
    """A moderator has judged these very words for that reason before; `decision` says how."""

    def __init__(self, decision: Decision) -> None:
        super().__init__("decided")
        self.decision = decision
