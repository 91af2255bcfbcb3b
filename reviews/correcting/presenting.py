"""What a text is called and where it stands, and how a correction is shown beside what stands there now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Member
from filmsite.lib.text import render_review
from reviews.correcting.permissions import (
    can_decide_correction,
    can_overrule_correction,
    can_read_behind,
    can_read_sentence,
    can_withdraw_correction,
)
from reviews.correcting.side_by_side import gives_away
from reviews.models import TEXT_KINDS, Correction, OfText, Translation, TranslationStatus
from reviews.sources import source_behind


def name_of_text(row: OfText) -> str:
    """The text that a row belongs to, in a few words. Needs it loaded with `reviews.sources.with_sources`."""
    source = source_behind(row)
    about = source.subject.display_name if source is not None and source.subject is not None else ""
    match row.kind:
        case "review":
            name = source.author.shown_name if source is not None and source.author is not None else ""
            return _("%(name)s about %(about)s") % {"name": name, "about": about}
        case "title":
            return _("The plot of %(about)s") % {"about": about}
        case "trivia":
            return _("A fact about %(about)s") % {"about": about}
        case "person":
            return _("The biography of %(about)s") % {"about": about}
        case "list":
            return row.list.display_name if row.list is not None else ""
        case "viewing" if row.viewing is not None:
            return _("A note in a diary about %(about)s") % {"about": row.viewing.title.display_name}
        case "entry" if row.entry is not None:
            return _("A note in a list about %(about)s") % {"about": row.entry.title.display_name}
        case _:
            return row.member.shown_name if row.member is not None else ""


def address_of_text(row: OfText) -> str:
    """The page on which the text stands."""
    match row.kind:
        case "trivia" if row.trivia is not None:
            return row.trivia.title.get_absolute_url()
        case "viewing" if row.viewing is not None:
            return reverse("accounts:member-diary", args=[row.viewing.member.username])
        case "entry" if row.entry is not None:
            return row.entry.list.get_absolute_url()
    address: str = getattr(row, row.kind).get_absolute_url()
    return address


def is_whole_spoiler(row: OfText) -> bool:
    """Whether the author said of the whole text that it gives the plot away."""
    return bool(getattr(row.review or row.trivia, "is_spoiler", False))


def may_give_away(row: OfText) -> bool:
    """Whether one sentence of the text, taken out of it, might: nobody can tell from where it was taken."""
    source = source_behind(row)
    return is_whole_spoiler(row) or (source is not None and gives_away(source.body))


@dataclass(frozen=True, slots=True)
class Line:
    """A correction in a list, with what its reader may do with it. The three wordings are sanitised HTML.

    Of a sentence that its reader may not read (any more) the first two are empty, and the name tells no words. `translation`
    is the row that its sentence stands in now, None where it stands nowhere.
    """

    correction: Correction
    name: str
    address: str
    sentence: str
    standing: str
    text: str
    is_hidden: bool
    may_decide: bool
    may_overrule: bool
    may_withdraw: bool
    may_undo: bool
    translation: int | None
    is_gone: bool


def lines_of(
    corrections: Sequence[Correction], viewer: Member, *, undoable: frozenset[int] = frozenset()
) -> list[Line]:
    """Show corrections that were loaded with their texts. One query for all of them; `undoable` are ids."""
    standing = _standing(corrections)
    return [_line(correction, viewer, standing, correction.pk in undoable) for correction in corrections]


def _line(
    correction: Correction, viewer: Member, standing: Mapping[int, tuple[int, str | None]], may_undo: bool
) -> Line:
    translation, now = standing.get(correction.pk, (None, None))
    waits = correction.state == Correction.State.PROPOSED
    before = now if waits and now is not None else correction.before
    shows_sentence = can_read_sentence(viewer, correction)
    is_named = correction.list is None or can_read_behind(viewer, correction)
    return Line(
        correction=correction,
        name=name_of_text(correction) if is_named else _("A list"),
        address=address_of_text(correction),
        sentence=render_review(correction.sentence) if shows_sentence else "",
        standing=render_review(before) if shows_sentence and before != correction.sentence else "",
        text=render_review(correction.text),
        is_hidden=may_give_away(correction),
        may_decide=can_decide_correction(viewer, correction),
        may_overrule=can_overrule_correction(viewer, correction),
        may_withdraw=can_withdraw_correction(viewer, correction),
        may_undo=may_undo,
        translation=translation,
        is_gone=waits and now is None,
    )


def _standing(corrections: Sequence[Correction]) -> dict[int, tuple[int, str | None]]:
    """By correction the translation of its text as it is now, and what stands there for its sentence."""
    if not corrections:
        return {}
    of_these = reduce(or_, (_same_text(correction) for correction in corrections))
    rows = Translation.objects.filter(of_these).exclude(status=TranslationStatus.SUPERSEDED)
    found = {
        (row.kind, getattr(row, f"{row.kind}_id"), row.target): (
            row.pk,
            {sentence["source"]: sentence["text"] for sentence in row.sentences},
        )
        for row in rows.only(*TEXT_KINDS, "target", "sentences").order_by("pk")
    }
    standing = {}
    for correction in corrections:
        place = (correction.kind, getattr(correction, f"{correction.kind}_id"), correction.target)
        if place in found:
            pk, words = found[place]
            standing[correction.pk] = (pk, words.get(correction.sentence))
    return standing


def _same_text(correction: Correction) -> Q:
    return Q(
        **{f"{correction.kind}_id": getattr(correction, f"{correction.kind}_id")}, target=correction.target
    )
