"""What the composer shows about words that also stand elsewhere: put into sentences and buttons, as the page draws them."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from filmsite.lib.text import plain_text
from reviews.copydetect.allowed import OWN_WORDS_BESIDE_A_PARAGRAPH
from reviews.copydetect.mending import Replacement
from reviews.copydetect.rules import Level
from reviews.models import KnownKind, PasteNoticeDay
from reviews.moderation.rules import BY_SLUG, Rule
from reviews.services.screening import Notice, NoticePassage

RULE: Final = BY_SLUG["copied-text"]
QUESTION: Final = "question"
# An excerpt of one passage, in characters: enough to know it again.
EXCERPT_CHARACTERS: Final = 120
# Of a text cut into many pieces the first so many are shown.
MOST_SHOWN: Final = 8
_ABOUT = re.compile(r"[0-9]{1,10}|question")


@dataclass(frozen=True, slots=True)
class Mend:
    """A button: `verb` is what the server is told without script, `change` what the page puts in place with it."""

    verb: str
    label: str
    change: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A passage within the text, to be found again (code points, end exclusive)."""

    start: int
    end: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Source:
    """What the text shares with one source, and what can be done about it."""

    number: int
    words: int
    name: str
    url: str
    stretches: list[Stretch]
    unseen: int
    mends: list[Mend]
    # So many words of one's own must stand beside its first paragraph for that to be kept; 0 where that is no question.
    own_words: int = 0


@dataclass(frozen=True, slots=True)
class PasteNotice:
    """What stands under the text about pasted words.

    `now` names what is asked, `about` everything that was asked about this text so far: what is in it is counted once, and
    "these are my own words" speaks of it. Without sources and question nothing is left to ask.
    """

    sources: list[Source]
    words: int
    # One question about a paste of which no source is known.
    asks: bool
    is_declared: bool
    now: str
    about: str
    leads_to_case: bool = False
    rule: Rule = RULE

    @property
    def names_first_paragraph(self) -> bool:
        """Whether a first paragraph can be kept with a link, now or once there are more words of one's own."""
        return any(
            source.own_words or any(mend.verb.endswith(":first") for mend in source.mends)
            for source in self.sources
        )


def paste_notice(
    notice: Notice | None, body: str = "", *, about: str = "", declared: bool = False
) -> PasteNotice | None:
    """What to draw, or None when nothing was or is to be asked. `about` and `declared` are what the form sent.

    A source that comes up after its author spoke of the others as their own is asked about again.
    """
    now = keys_of(notice)
    asked = _keys_in(about)
    is_declared = declared and set(now) <= set(asked)
    everything = list(dict.fromkeys([*asked, *now]))
    if not everything and not declared:
        return None
    passages = notice.passages if notice and not is_declared else []
    return PasteNotice(
        sources=[source_of(passage, body) for passage in passages],
        words=notice.words if notice else 0,
        asks=bool(notice and notice.question and not is_declared),
        is_declared=is_declared,
        now=" ".join(now),
        about=" ".join(everything),
        leads_to_case=notice is not None and notice.level is Level.CASE,
    )


def newly_shown(notice: Notice | None, about: str) -> PasteNoticeDay.Kind | None:
    """Of which kind a notice is that its author sees for the first time over this text; None when it is old, or none."""
    now, before = kind_in(" ".join(keys_of(notice))), kind_in(about)
    return now if before in (None, PasteNoticeDay.Kind.QUESTION) and now != before else None


def kind_in(about: str) -> PasteNoticeDay.Kind | None:
    """Of which kind the notice was that a form says its author has seen; None when there was none."""
    asked = _keys_in(about)
    if not asked:
        return None
    return PasteNoticeDay.Kind.QUESTION if asked == [QUESTION] else PasteNoticeDay.Kind.SOURCE


def keys_of(notice: Notice | None) -> list[str]:
    """What a notice asks about: its sources, or the question."""
    if notice is None:
        return []
    return [QUESTION] if notice.question else [str(passage.source_id) for passage in notice.passages]


def sources_in(about: str) -> list[int]:
    """The known texts (their ids) among what a form says its author has been asked about."""
    return [int(key) for key in _keys_in(about) if key != QUESTION]


def source_of(passage: NoticePassage, body: str) -> Source:
    """A source as it is drawn. `body` is the text that was looked at."""
    stretches = passage.stretches or ((passage.start, passage.end),)
    return Source(
        number=passage.number,
        words=passage.words,
        name=_name_of(passage),
        url=passage.url,
        stretches=[
            Stretch(start, end, _excerpt(body, start, end)) for start, end in sorted(stretches)[:MOST_SHOWN]
        ],
        unseen=max(0, len(stretches) - MOST_SHOWN),
        mends=list(_mends(passage)),
        own_words=OWN_WORDS_BESIDE_A_PARAGRAPH if passage.lacks_own_words else 0,
    )


def change_for(notice: Notice | None, verb: str) -> Replacement | None:
    """The change that a button without script asks for ("2:quote"), or None when there is nothing to do it to."""
    number, _colon, what = verb.partition(":")
    for passage in notice.passages if notice else ():
        if str(passage.number) == number:
            changes = {"first": passage.keeps_first, "quote": passage.as_quote, "remove": passage.remove}
            return changes.get(what)
    return None


def done_by(verb: str) -> str:
    """What the page says when a button has done its work."""
    return {
        "first": _("Only the first paragraph is left, with a link to the rest."),
        "quote": _("It is a quotation now, with its source."),
        "remove": _("The passage is out of your text."),
    }.get(verb.rpartition(":")[2], "")


def cut_by(change: Replacement, body: str) -> str:
    """The words that a change takes out of a text; "" when all of them stand in what it puts there."""
    words = " ".join(body[change.start : change.end].split())
    return "" if words in " ".join(change.text.split()) else body[change.start : change.end].strip()


def kept_with(kept: str, words: str) -> str:
    """What stands under a text as cut from it, with these words, each once."""
    kept, words = ("\n".join(text.splitlines()).strip() for text in (kept, words))
    return kept if words in kept else "\n\n".join(filter(None, [kept, words]))


def _mends(passage: NoticePassage) -> Iterable[Mend]:
    offers: Sequence[tuple[str, str, Replacement | None]] = (
        ("first", _("Keep the first paragraph and a link"), passage.keeps_first),
        (
            "quote",
            _("Make it a quote with a link")
            if passage.url and not passage.is_plain
            else _("Make it a quote"),
            passage.as_quote,
        ),
        ("remove", _("Take it out"), passage.remove),
    )
    for verb, label, change in offers:
        if change is not None:
            yield Mend(f"{passage.number}:{verb}", label, _as_json(change, done_by(verb)))


def _name_of(passage: NoticePassage) -> str:
    """The source as it is called in a sentence; "" where its author need not know."""
    named = {
        KnownKind.REVIEW: _("a message by %(name)s"),
        KnownKind.PLOT: _("the plot of %(name)s"),
        KnownKind.BIOGRAPHY: _("the biography of %(name)s"),
    }
    if not passage.label:
        return ""
    return named.get(KnownKind(passage.kind), "%(name)s") % {"name": passage.label}


def _as_json(change: Replacement, done: str) -> str:
    words = {"start": change.start, "end": change.end, "text": change.text, "done": done}
    return json.dumps(words, ensure_ascii=False)


def _excerpt(body: str, start: int, end: int) -> str:
    text = " ".join(plain_text(body[start:end].replace("||", " ")).split())
    before = body[:start].rstrip()
    # It may begin, or be cut, in the midst of a sentence.
    opening = "…" if before and before[-1].isalnum() else ""
    if len(text) <= EXCERPT_CHARACTERS:
        return opening + text
    return opening + text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(",;:–-") + "…"


def _keys_in(about: str) -> list[str]:
    return list(dict.fromkeys(_ABOUT.findall(about[:1000])))
