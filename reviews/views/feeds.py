"""Atom feeds of what members write: of the whole site, of a title, of a person, of a member.

Each text stands in the language of the feed where a translation of it is at hand (`?language=en`, else what the
reader's program asks for), says which language it is from, and keeps its spoilers to itself: programs that read feeds
open whatever is folded.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.access import get_member_for
from accounts.models import Member
from filmsite.lib.text import plain_text
from reviews import access
from reviews.asked_language import language_asked_for
from reviews.language_notes import note_of
from reviews.models import Review, ReviewState
from reviews.reading import Reader, attach_texts
from reviews.subjects import Subject

ENTRIES: Final = 50
# Programs ask every few minutes; what they get may be so old.
KEPT_SECONDS: Final = 300

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

About = Subject | Member | None


class _InTwoLanguages(Atom1Feed):
    """Atom whose entries name their own language: titles, people and originals may be in any."""

    def add_item_elements(self, handler: Any, item: Mapping[str, Any]) -> None:
        # A control character that came with an import has no place in XML, and would cost everybody the feed.
        item = {
            name: _NOT_IN_XML.sub("", value) if isinstance(value, str) else value
            for name, value in item.items()
        }
        # The description is written here, with its language, in place of the plain one of Django.
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("content", item["words"], {"type": "html", "xml:lang": item["language"]})


class ReviewFeed(Feed):
    """The newest texts about one thing, by one member, or of all. Three queries, whatever stands in it."""

    feed_type = _InTwoLanguages

    def __init__(self, kind: type[Subject] | None = None) -> None:
        self.kind = kind

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = language_asked_for(request)
        request.reader = Reader(  # type: ignore[attr-defined]  # kept with the request it describes
            viewer=AnonymousUser(), language=language, reads=frozenset({language})
        )
        # The words round the texts, in the language of the texts where the site speaks it.
        with override(language if language in dict(settings.LANGUAGES) else get_language()):
            response = super().__call__(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> "_Contents":
        about: About = None
        if "username" in kwargs:
            about = get_member_for(AnonymousUser(), kwargs["username"])
        elif self.kind is not None:
            about = access.get_subject_to_discuss(self.kind, kwargs["pk"])
        found = Review.objects.filter(state=ReviewState.PUBLISHED).with_subject().select_related("author")
        if isinstance(about, Member):
            found = found.filter(author=about)
        elif about is not None:
            found = found.about(about)
        if request.GET.get("opinions") == "1":
            found = found.opinions()
        reviews = list(found.order_by("-created_at", "-id")[:ENTRIES])
        attach_texts(reviews, Reader.from_request(request))
        return _Contents(about, reviews)

    def title(self, contents: "_Contents") -> str:
        if isinstance(contents.about, Member):
            return _("What %(name)s writes") % {"name": contents.about.username}
        if contents.about is not None:
            return _("What members write about %(name)s") % {"name": contents.about.name}
        return _("What members write")

    def link(self, contents: "_Contents") -> str:
        return contents.about.get_absolute_url() if contents.about else "/"

    def items(self, contents: "_Contents") -> Sequence[Review]:
        return contents.reviews

    def item_title(self, item: Review) -> str:
        name = item.subject.name
        if item.is_opinion and item.text.headline and not item.is_spoiler:
            return f"{name}: {item.text.headline}"
        return name

    def item_description(self, item: Review) -> str:
        return ""

    def item_extra_kwargs(self, item: Review) -> dict[str, Any]:
        return {"words": words_of(item), "language": item.text.shown.language}

    def item_link(self, item: Review) -> str:
        return item.get_absolute_url()

    def item_guid(self, item: Review) -> str:
        return f"urn:filmsite:review:{item.pk}"

    def item_author_name(self, item: Review) -> str:
        return item.author.shown_name

    def item_pubdate(self, item: Review) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Review) -> datetime:
        return item.edited_at or item.created_at


class _Contents:
    """What stands in one feed, and whose it is."""

    def __init__(self, about: About, reviews: list[Review]) -> None:
        self.about, self.reviews = about, reviews


def words_of(review: Review) -> SafeString:
    """A text for programs that open what is folded: its words without spoilers, and which language they are from."""
    text = review.text
    source = _("[spoiler]") if review.is_spoiler else plain_text(text.shown.source)
    words = mark_safe(linebreaks(source, autoescape=True))  # noqa: S308  (escaped one word before)
    if not text.shows_translation:
        return words
    return format_html("{}<p><small>{}</small></p>", words, note_of(text))
