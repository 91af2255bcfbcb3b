"""All opinions of a member, in the order of an alphabet of titles and people."""

from itertools import groupby
from string import ascii_uppercase

from django.core.paginator import Paginator
from django.db.models import CharField, Count, Func
from django.db.models.functions import Coalesce, Left, Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from reviews.models import Review
from reviews.reading import Reader, attach_texts

OPINIONS_A_PAGE = 50
# Where titles stand that begin with a digit or a sign.
SIGNS = "#"


class _WithoutMarks(Func):
    """A name as an alphabet sees it: É stands among the E's."""

    template = "regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g')"
    output_field = CharField()


_KEY = Upper(_WithoutMarks(Coalesce("title__sort_name", "person__sort_name")))


@require_safe
def opinions(request: HttpRequest, username: str) -> HttpResponse:
    """The member's reviews proper, A to Z; `?letter=` shows those of one letter. A constant number of queries."""
    member = get_member_for(request.user, username)
    found = Review.objects.opinions().filter(author=member).for_card(request.user)
    found = found.annotate(key=_KEY, first=Left(_KEY, 1))
    counts = dict(found.order_by().values_list("first").annotate(Count("pk")))
    shelves = {_shelf(first) for first in counts}
    letter = request.GET.get("letter", "")
    rows = found.order_by("key", "title_id", "person_id", "-created_at")
    if letter in shelves:
        rows = rows.filter(first__in=[first for first in counts if _shelf(first) == letter])
    page = Paginator(rows, OPINIONS_A_PAGE).get_page(request.GET.get("page"))
    attach_texts(page.object_list, Reader.from_request(request))
    other_scripts = sorted(shelves - {SIGNS, *ascii_uppercase})
    context = {
        "member": member,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Opinions"), None)],
        "page": page,
        "groups": [(name, list(group)) for name, group in groupby(page, key=lambda row: _shelf(_first(row)))],
        "letters": [(name, name in shelves) for name in [SIGNS, *ascii_uppercase, *other_scripts]],
        "letter": letter if letter in shelves else "",
        "total": sum(counts.values()),
    }
    return render(request, "reviews/opinions.html", context)


def _shelf(first: str) -> str:
    return first if first.isalpha() else SIGNS


def _first(review: Review) -> str:
    first: str = vars(review)["first"]  # the query's annotation
    return first
