"""Fields of plain words that everybody reads, of lists, of the notes in them and of profiles: what stands under each about
words that stand elsewhere too, while it is written and when it is saved.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Audience, Member
from filmsite.lib.inputs import clean_line, clean_text
from filmsite.lib.text import MAX_CHARACTERS
from reviews.models import ListEntry, TitleList
from reviews.pasting import PasteNotice, change_for, cut_by, done_by, kept_with, paste_notice, sources_in
from reviews.services.screening import Notice, notice_for


@dataclass(slots=True)
class PlainField:
    """A field in its form; the templates of the composer draw what stands under it.

    `before` is what everybody reads there today, `save` stands on the button of the form, `uid` begins every id.
    """

    uid: str
    name: str
    check_url: str
    before: str
    save: str
    # What readers are not to see is not looked at.
    is_read: bool = True
    # The level of the notice's heading on its page.
    heading: str = "h2"
    cleaned: Callable[[str], str] = clean_text
    # In characters: what is longer is not looked at, where no button could shorten it.
    longest: int | None = None
    # Of no Markdown, and with no address where the words were published before.
    is_plain: ClassVar = True
    pasting: PasteNotice | None = None
    # The known texts (their ids) that its author was shown, and of which they said that the words are their own.
    own_sources: Collection[int] = ()
    # What a button of the notice has just done to the words, and the words that buttons took out of them.
    mended: str = ""
    cut: str = ""
    # Whether their author should first see what is said of the words, or what a button made of them.
    holds_up: bool = False

    @property
    def is_one_line(self) -> bool:
        return self.cleaned is clean_line


def field_of_list(of: TitleList | None, *, audience: str) -> PlainField:
    """What a list, or with None a new one, is said to be; `audience` is what its owner chooses now."""
    return PlainField(
        uid="list",
        name="description",
        check_url=reverse("reviews:list-check", args=[of.pk] if of else []),
        before=of.description if of and of.audience == audience else "",
        save=_("Save") if of else _("Make the list"),
        is_read=audience == Audience.EVERYONE,
    )


def field_of_note(entry: ListEntry) -> PlainField:
    """What is said beside a title in a list, which is loaded with the entry."""
    return PlainField(
        uid=f"note-{entry.pk}",
        name="note",
        check_url=reverse("reviews:note-check", args=[entry.list_id, entry.pk]),
        before=entry.note,
        save=_("Save"),
        is_read=entry.list.audience == Audience.EVERYONE,
        heading="h3",
        cleaned=clean_line,
    )


def field_of_about(member: Member) -> PlainField:
    """What a member says about themselves."""
    return PlainField(
        uid="about",
        name="about",
        check_url=reverse("reviews:about-check"),
        before=member.about,
        save=_("Save"),
        cleaned=clean_line,
        longest=Member._meta.get_field("about").max_length,
    )


def look_at(field: PlainField, *, author: Member, sent: QueryDict) -> QueryDict:
    """Look for words in what was sent that are new to readers and stand elsewhere too, and let the field say so.

    Gives what was sent, with the words put right where a button of the notice asks for that (`mend`).
    """
    verb, about = sent.get("mend", ""), sent.get("notice_about", "")
    whole = sent.get(field.name, "").replace("\r\n", "\n")
    field.cut = sent.get("cut", "")
    notice = _notice_about(field, author, whole)
    if (change := change_for(notice, verb)) is not None:
        field.cut = kept_with(field.cut, cut_by(change, whole))
        field.mended = done_by(verb)
        whole = change.applied_to(whole)
        if field.is_one_line:
            whole = clean_line(whole)
        sent = sent.copy()
        sent[field.name] = whole
        notice = _notice_about(field, author, whole)
    is_declared = "own_words" in sent
    field.own_sources = sources_in(about) if is_declared else ()
    field.pasting = paste_notice(notice, whole, about=about, declared=is_declared)
    asks = field.pasting is not None and bool(field.pasting.sources) and "notice_seen" not in sent
    field.holds_up = bool(verb) or asks
    return sent


def _notice_about(field: PlainField, author: Member, whole: str) -> Notice | None:
    cleaned = field.cleaned(whole).strip()
    is_too_long = field.longest is not None and len(cleaned) > field.longest
    if cleaned == field.before or not field.is_read or is_too_long:
        return None
    return notice_for(subject=None, author=author, body=whole[:MAX_CHARACTERS], paste=None, is_plain=True)
