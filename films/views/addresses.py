"""Old and mistyped addresses."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from films.models import Award, Company, Person, Title


def moved(request: HttpRequest, item: Title | Person | Company | Award) -> HttpResponse | None:
    """The way to the same page at the right address, its query string kept; None for who is there already.

    An address is wrong when its slug is not the item's, or when it is that of a title which became one with this one.
    """
    match = request.resolver_match
    assert match is not None  # noqa: S101  (whoever is in a view came by an address)
    right: dict[str, Any] = {**match.kwargs, "pk": item.pk, "slug": item.slug}
    if "number" in right and isinstance(item, Title):
        right |= {"pk": item.parent_id, "number": item.season_number}
    if right == match.kwargs:
        return None
    query = request.GET.urlencode()
    answer = HttpResponsePermanentRedirect(
        f"{reverse(match.view_name, kwargs=right)}{'?' * bool(query)}{query}"
    )
    if right["pk"] != match.kwargs["pk"]:
        # Two titles that were made one may be parted again: a browser asks each time.
        answer.headers["Cache-Control"] = "no-cache"
    return answer
