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
from reviews import permissions
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
    kept = [(name, value) for name, values in request.GET.lists() for value in values if name not in _TOGGLES]
    for name in _TOGGLES:
        kept += [(name, value) for value in request.GET.getlist(name) if value != str(review.pk)]
    return {
        "review": review,
        "text": text,
        "style": style,
        "placeholder": "" if text.readable else placeholder_kind(review),
        "toggle": "original" if text.shows_translation else "translated",
        "kept": kept,
        "path": request.path,
    }


_TOGGLES = ("original", "translated")


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
    labels = dict(Section.choices)
    names = ", ".join(str(labels[section]) for section in member.sections if section in labels)
    return _("moderator %(sections)s") % {"sections": names} if names else ""


@register.simple_tag
def review_rights(viewer: Any, review: Review) -> dict[str, bool]:
    """What the viewer may do with a text: answer, edit, remove, undo."""
    return {
        "answer": permissions.can_reply(viewer, review),
        "edit": permissions.can_edit(viewer, review),
        "remove": permissions.can_withdraw(viewer, review),
        "undo": permissions.can_undo_withdrawal(viewer, review),
        "revisions": review.revision_number > 1 and permissions.can_see_revisions(viewer, review),
        "own": permissions.is_author(viewer, review),
    }
