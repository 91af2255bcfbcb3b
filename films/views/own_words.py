"""Texts that somebody proposes for the catalogue, looked at for words that are not their own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from accounts.models import Member
from films.editing import Item
from films.models import Title, TitleKind
from reviews.copydetect.paste_signal import PasteSignal
from reviews.pasting import PasteNotice, paste_notice
from reviews.services.screening import Notice, notice_for

# The facts that are somebody's words, and the part that holds them.
_TEXTS = ("plot", "biography", "trivia")


def notices_about(
    *,
    subject: Item,
    author: Member,
    changes: Mapping[str, tuple[Any, Any]],
    paste: PasteSignal | None = None,
) -> list[PasteNotice]:
    """What there is to say about the new texts among the changes (old and new value by key), one notice each.

    What stands in the corrected text itself today is no copy, and nobody is asked about a paste whose source is not known.
    """
    own = subject.get_absolute_url() if subject.pk else ""
    texts = [text for key in _TEXTS for text in _new_texts(*changes.get(key, (None, None)))]
    looked_at = ((notice_for(subject=subject, author=author, body=text, paste=paste), text) for text in texts)
    notices = [paste_notice(_without(notice, own), text) for notice, text in looked_at if notice]
    return [notice for notice in notices if notice]


def title_to_be(kind: TitleKind, show: Title | None) -> Title:
    """What stands for a title that is not here yet: of a season, its show's texts are known."""
    return Title(
        pk=0,
        kind=kind,
        parent=show,
        season_number=0 if show else None,
        name=show.name if show else "",
        slug="-",
    )


def _new_texts(old: Any, new: Any) -> Iterable[str]:
    """The texts of a value that were not in the old one."""
    before = {row["text"] for row in _rows(old)}
    return [row["text"] for row in _rows(new) if row["text"] not in before]


def _rows(value: Any) -> list[dict[str, Any]]:
    if not value:
        return []
    return [value] if isinstance(value, dict) else value


def _without(notice: Notice, url: str) -> Notice | None:
    """The notice without the passages of the text that is being corrected; None when nothing is left."""
    passages = [passage for passage in notice.passages if not url or passage.url != url]
    return replace(notice, passages=passages) if passages else None
