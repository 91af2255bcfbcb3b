"""Showing texts. Every text was given its wording by `reviews.reading.attach_texts`; nothing here asks the database."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Member, Section
from films.models import Title
from filmsite.lib.languages import UNKNOWN, direction, primary
from filmsite.lib.text import localise_html
from filmsite.templatetags.filmsite import initials, poster
from reviews.drawing import Rights, kept_words, rights_of
from reviews.language_notes import note_of, note_on_corrections, note_on_original, note_on_translation
from reviews.models import Review, Revision
from reviews.subjects import Subject
from reviews.wordings import Making, ShownText, Wording

register = template.Library()


@register.inclusion_tag("reviews/_member_text.html", takes_context=True)
def member_text(context: template.Context, text: ShownText, style: str = "text") -> dict[str, Any]:
    """A text in the reader's language with its note and toggle, or the words that stand in its place.

    `text` is what `reviews.reading` has attached: `review.text`, or the `words` of anything else. `style` are the
    classes of the words ("text lead" on an opinion's page, whose note stands above it).
    """
    request = context["request"]
    return {
        "text": text,
        "style": style,
        "is_lead": "lead" in style.split(),
        # In a page of messages: whether it is the reader's own.
        "is_own": getattr(context.get("may"), "own", False),
        "anchor": f"review-{text.pk}" if text.kind == "review" else f"wording-{text.token}",
        "toggle": "original" if text.shows_translation else "translated",
        "kept": kept_words(request, text),
        "path": request.path,
    }


@register.simple_tag
def lang_of(wording: Wording | Revision) -> SafeString:
    """The attributes of an element that holds words in one language: ` lang="fa" dir="rtl"`; of an unknown one their own direction."""
    return _attributes(wording.language)


@register.simple_tag
def lang_of_headline(wording: Wording) -> SafeString:
    """As `lang_of`, of the headline: it may have stayed in the author's language where the words below it did not."""
    return _attributes(wording.headline_language or wording.language)


def _attributes(language: str) -> SafeString:
    if primary(language) in ("", UNKNOWN):
        return mark_safe(' dir="auto"')
    return format_html(' lang="{}" dir="{}"', language, direction(language))


@register.simple_tag
def language_note(text: ShownText) -> str:
    """The line beside a text about its language, without a way to the other wording."""
    return note_of(text)


@register.simple_tag
def text_excerpt(text: ShownText, characters: int) -> str:
    """The beginning of a text on one line in the reader's language, without spoilers; nothing of a spoiler."""
    if not text.readable:
        return ""
    return _("[spoiler]") if text.is_spoiler else text.excerpt(characters)


@register.filter
def when_translated(text: ShownText) -> str:
    """The note while the translation shows."""
    return note_on_translation(text)


@register.filter
def corrections_note(making: Making) -> str:
    """Whose words stand in a translation that people corrected."""
    return note_on_corrections(making)


@register.filter
def when_original(text: ShownText) -> str:
    """The note while the author's words show."""
    return note_on_original(text)


@register.simple_tag
def subject_picture(subject: Subject) -> SafeString:
    """The small picture of what a text is about: a title's poster, or a person's initials. The name stands beside it."""
    if isinstance(subject, Title):
        return poster(subject, "thumb")
    return format_html('<span class="monogram" aria-hidden="true">{}</span>', initials(subject.name))


@register.simple_tag
def review_excerpt(review: Review, characters: int) -> str:
    """As `text_excerpt`, of a review."""
    return text_excerpt(review.text, characters)


@register.filter
def member_html(html: str) -> SafeString:
    """HTML that `filmsite.lib.text` has made and cleaned, with the reader's word on its spoilers."""
    return mark_safe(localise_html(html))  # noqa: S308  (sanitised when it was stored)


@register.filter
def section_badge(member: Member) -> str:
    """What stands beside a moderator's name: "moderator films"; nothing for others."""
    if member.is_former:
        return ""
    labels = dict(Section.choices)
    names = ", ".join(str(labels[section]) for section in member.sections if section in labels)
    return _("moderator %(sections)s") % {"sections": names} if names else ""


@register.simple_tag
def review_rights(viewer: Any, review: Review) -> Rights:
    """What the viewer may do with a text: answer, edit, remove, undo."""
    return rights_of(viewer, review)
