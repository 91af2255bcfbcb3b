"""The read API of members' texts: `/api/v1/reviews/`, described by itself at `/api/v1/schema/`.

Each text comes in the language that is asked for, where a translation is at hand, and says from which language and
how; the author's own words come along. Nothing here needs an account, and nothing here is more than anybody may read.
"""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, pagination, serializers, throttling
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import get_member_for
from filmsite.lib.inputs import number_in
from filmsite.lib.limits import seconds_over_limit
from reviews.asked_language import language_asked_for
from reviews.models import Review, ReviewState
from reviews.querysets import ReviewQuerySet
from reviews.reading import Reader, attach_texts
from reviews.wordings import Making, Wording

REVIEWS_A_PAGE: Final = 25


class Newest(pagination.CursorPagination):
    """Newest first, by place and not by number: what is written meanwhile moves nothing."""

    page_size = REVIEWS_A_PAGE
    ordering = ("-created_at", "-id")


class ByAddress(throttling.BaseThrottle):
    """So many requests of one address as the site's limit `api` says."""

    def __init__(self) -> None:
        self._seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._seconds = seconds_over_limit("api", request.META.get("REMOTE_ADDR", ""))
        return not self._seconds

    def wait(self) -> float:
        return self._seconds


# --- What a text looks like -----------------------------------------------------------------------------


class WordsSerializer(serializers.Serializer[Wording]):
    """A text in one language."""

    language = serializers.CharField(help_text="BCP 47; `und` where it is not known.")
    headline = serializers.CharField(help_text="Of an opinion; else empty.")
    headline_language = serializers.SerializerMethodField(
        help_text="That of the headline, which may have stayed in the author's; empty where there is none."
    )
    html = serializers.CharField(
        help_text=(
            "Clean HTML. What gives away the plot stands in `<details>`; what was left in another language has `lang` and"
            " `dir` of its own."
        )
    )
    text = serializers.CharField(source="plain", help_text="The same without marks and without spoilers.")

    def get_headline_language(self, wording: Wording) -> str:
        return (wording.headline_language or wording.language) if wording.headline else ""


class TranslationSerializer(serializers.Serializer[Making]):
    """How the words came to be in the language they are in."""

    machine_translated = serializers.SerializerMethodField(
        help_text="False where all of it is in people's words."
    )
    machine = serializers.CharField(help_text="The service outside of this site that made it, or empty.")
    is_partial = serializers.BooleanField(help_text="Some sentences stand in the author's words.")
    is_of_earlier_version = serializers.BooleanField(source="is_earlier")
    by_way_of = serializers.CharField(source="via", help_text="The language in between, or empty.")

    def get_machine_translated(self, making: Making) -> bool:
        return making.is_by_machine


class SubjectSerializer(serializers.Serializer[Any]):
    """The title or person that a text is about."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, subject: Any) -> str:
        return settings.FILMSITE_URL + subject.get_absolute_url()


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A text as one reader sees it."""

    url = serializers.SerializerMethodField()
    title = SubjectSerializer(allow_null=True)
    person = SubjectSerializer(allow_null=True)
    author = serializers.CharField(source="author.shown_name")
    in_reply_to = serializers.IntegerField(source="parent_id", allow_null=True)
    verdict = serializers.IntegerField(allow_null=True, help_text="In half stars, 1 to 10.")
    written_at = serializers.DateTimeField(source="created_at")
    words = WordsSerializer(source="text.shown")
    original = WordsSerializer(source="text.original")
    translation = serializers.SerializerMethodField(help_text="Null where the words are the author's.")

    class Meta:
        model = Review
        fields = [
            "id",
            "url",
            "title",
            "person",
            "author",
            "in_reply_to",
            "is_opinion",
            "is_spoiler",
            "verdict",
            "written_at",
            "edited_at",
            "words",
            "original",
            "translation",
        ]

    def get_url(self, review: Review) -> str:
        return settings.FILMSITE_URL + review.get_absolute_url()

    @extend_schema_field(TranslationSerializer(allow_null=True))
    def get_translation(self, review: Review) -> dict[str, Any] | None:
        text = review.text
        return TranslationSerializer(text.making).data if text.shows_translation else None


# --- The addresses --------------------------------------------------------------------------------------

_LANGUAGE = OpenApiParameter(
    "language", str, description="The language to read in; without it that of `Accept-Language`."
)


def _in_language_of(request: Request, reviews: list[Review]) -> list[Review]:
    language = language_asked_for(request._request)
    attach_texts(reviews, Reader(AnonymousUser(), language=language, reads=frozenset({language})))
    return reviews


def _readable() -> ReviewQuerySet:
    return Review.objects.filter(state=ReviewState.PUBLISHED).with_subject().select_related("author")


class _Open(generics.GenericAPIView[Review]):
    serializer_class = ReviewSerializer
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (ByAddress,)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        # There is nothing here that a page of another site could not fetch by itself.
        response["Access-Control-Allow-Origin"] = "*"
        response["Vary"] = "Accept-Language"
        return super().finalize_response(request, response, *args, **kwargs)


@method_decorator(conditional_page, name="dispatch")
@extend_schema_view(
    get=extend_schema(
        summary="The newest texts",
        parameters=[
            _LANGUAGE,
            OpenApiParameter("title", int, description="Only about this title."),
            OpenApiParameter("person", int, description="Only about this person."),
            OpenApiParameter("member", str, description="Only by this member."),
            OpenApiParameter("opinions", bool, description="`1`: only opinions."),
        ],
    )
)
class ReviewList(_Open, generics.ListAPIView[Review]):
    """Texts of all members, newest first. Two queries a page, whatever stands on it."""

    pagination_class = Newest

    def get_queryset(self) -> ReviewQuerySet:
        query = self.request.GET
        found = _readable()
        for name in ("title", "person"):
            if name in query:
                found = found.filter(**{name: number_in(query[name]) or 0})
        if "member" in query:
            found = found.filter(author=get_member_for(AnonymousUser(), query["member"]))
        return found.opinions() if query.get("opinions") == "1" else found

    def paginate_queryset(self, queryset: Any) -> list[Review] | None:
        page = super().paginate_queryset(queryset)
        return _in_language_of(self.request, list(page or []))


@method_decorator(conditional_page, name="dispatch")
@extend_schema_view(get=extend_schema(summary="One text", parameters=[_LANGUAGE]))
class ReviewDetail(_Open):
    """One text; 404 for one that was taken back or removed."""

    def get(self, request: Request, pk: int) -> Response:
        (review,) = _in_language_of(request, [get_object_or_404(_readable(), pk=pk)])
        return Response(self.get_serializer(review).data)
