"""Showing texts. Every text was given its wording by `reviews.reading.attach_texts`; nothing here asks the database."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Member, Section
from films.models import Title
from filmsite.lib.text import localise_html
from filmsite.templatetags.filmsite import initials, poster
from reviews.drawing import Rights, kept_words, rights_of
from reviews.models import Review
from reviews.reading import ReviewText, placeholder_kind
from reviews.subjects import Subject

register = template.Library()


@register.inclusion_tag("reviews/_review_text.html", takes_context=True)
def review_text(context: template.Context, review: Review, style: str = "") -> dict[str, Any]:
    """A text in the reader's language with its note and toggle, or the words that stand in its place.

    `style` adds classes to the text ("lead" on an opinion's page).
    """
    text: ReviewText = review.text
    request = context["request"]
    return {
        "review": review,
        "text": text,
        "style": style,
        "placeholder": "" if text.readable else placeholder_kind(review),
        "toggle": "original" if text.shows_translation else "translated",
        "kept": kept_words(request, review),
        "path": request.path,
    }


@register.simple_tag
def subject_picture(subject: Subject) -> SafeString:
    """The small picture of what a text is about: a title's poster, or a person's initials. The name stands beside it."""
    if isinstance(subject, Title):
        return poster(subject, "thumb")
    return format_html('<span class="monogram" aria-hidden="true">{}</span>', initials(subject.name))


@register.simple_tag
def review_excerpt(review: Review, characters: int) -> str:
    """The beginning of a text on one line in the reader's language, without spoilers; nothing of a spoiler."""
    text: ReviewText = review.text
    if not text.readable:
        return ""
    return _("[spoiler]") if review.is_spoiler else text.excerpt(characters)


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
