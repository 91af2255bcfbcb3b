"""The pages of people."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from accounts.models import Member
from accounts.permissions import Viewer, can_post
from films.access import get_person_for
from films.biography import life_of
from films.filmography import ORDERS, Choice, Filmography, Part, Votes, filmography_of
from films.json_ld import describe_person
from films.models import Credit, Person
from films.views.addresses import moved
from filmsite.lib.fragments import render_in_fragments
from filmsite.lib.looking import is_looked_at
from reviews.composing import composer_for
from reviews.drawing import keys_of_discussion
from reviews.models import Matter, Vote
from reviews.moderation.targets import target_of
from reviews.reading import Reader, attach_words, thread_of
from reviews.services.following import mark_seen
from reviews.threads import followed_person
from reviews.wordings import ShownText

_COLUMNS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("year", _("Year")),
    ("mean", _("Mean")),
    ("votes", _("Votes")),
    ("mine", _("My vote")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a filmography is ordered by: `order` is what its link asks for, `aria` how it is ordered now."""

    name: str
    words: str
    order: str
    aria: str


@require_safe
def person(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A person's life, work and thread; to htmx, only the work, as `by`, `voice` and `all` ask for it.

    The thread has the words `sort`, `opinions` and `page` of the address for itself.
    """
    found = get_person_for(request.user, pk)
    if elsewhere := moved(request, found):
        return elsewhere
    choice = _choice(request)
    filmography = _filmography(request.user, found, choice)
    context: dict[str, Any] = {
        "person": found,
        "filmography": filmography,
        "parts": [(part, _query_for_all(request, part)) for part in filmography.parts],
        "columns": _columns(choice.order, signed_in=request.user.is_authenticated),
        "voices_only": choice.voices_only,
        "minimum_votes": settings.FILMSITE_MEAN_MINIMUM_VOTES,
    }
    is_part = HtmxDetails(request).target == "filmography"
    if is_part:
        response = render(request, "films/person.html#filmography", context)
    else:
        context |= _life_and_thread(request, found, filmography)
        keys = keys_of_discussion(context["thread"].entries, context["composer"], request)
        response = render_in_fragments(request, "films/person.html", context, keys)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _life_and_thread(request: HttpRequest, person: Person, filmography: Filmography) -> dict[str, Any]:
    reader = Reader.from_request(request)
    life = life_of(person)
    attach_words([person], reader)
    biography: ShownText | None = vars(person)["words"]
    followed = followed_person(person, request.user)
    if followed.unread and reader.member and is_looked_at(request):
        mark_seen(member=reader.member, subject=person)
    return {
        "subject": person,
        "followed": followed,
        "life": life,
        "biography": biography,
        "may_report_biography": biography is not None
        and can_post(request.user)
        and target_of(Matter.BIOGRAPHY, person).author != request.user,
        "thread": thread_of(person, reader, request.GET),
        "composer": composer_for(reader.member, person),
        "canonical": settings.FILMSITE_URL + person.get_absolute_url(),
        "json_ld": describe_person(
            person,
            life,
            biography=biography.shown.plain if biography else "",
            jobs=[part.heading for part in filmography.parts],
        ),
    }


def _filmography(viewer: Viewer, person: Person, choice: Choice) -> Filmography:
    """One query for the work, and one for the viewer's votes on it."""
    credits = list(Credit.objects.of_person(person))
    votes: Votes = {}
    if credits and isinstance(viewer, Member):
        votes = Vote.objects.by_title(viewer, {credit.title_id for credit in credits})
    return filmography_of(credits, votes=votes, choice=choice)


def _choice(request: HttpRequest) -> Choice:
    """What the address asks for; what is odd in it is ignored."""
    order = request.GET.get("by", "")
    name = order.removeprefix("-")
    known = name in ORDERS and (name != "mine" or request.user.is_authenticated)
    return Choice(
        order=order if known else "year",
        voices_only=request.GET.get("voice") == "1",
        whole=frozenset(request.GET.getlist("all")),
    )


def _query_for_all(request: HttpRequest, part: Part) -> str:
    """The query string that shows this role whole, beside what is asked for already."""
    query = request.GET.copy()
    query.appendlist("all", part.role)
    return f"?{query.urlencode()}"


def _columns(order: str, *, signed_in: bool) -> list[Column]:
    """The columns with what a click on each asks for: its own order, or if it has that already the reverse."""
    columns = []
    for name, words in _COLUMNS:
        if name == "mine" and not signed_in:
            continue
        greatest_first = ORDERS[name][1] ^ order.startswith("-")
        aria = ("descending" if greatest_first else "ascending") if order.removeprefix("-") == name else ""
        columns.append(Column(name, str(words), f"-{name}" if order == name else name, aria))
    return columns
