"""Old and mistyped addresses."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from films.models import Person, Title


def moved(request: HttpRequest, item: Title | Person, slug: str) -> HttpResponse | None:
    """The way to the right address, its query string kept, for an address whose slug is not the item's."""
    if slug == item.slug:
        return None
    query = request.GET.urlencode()
    return HttpResponsePermanentRedirect(f"{item.get_absolute_url()}{'?' * bool(query)}{query}")
