"""Old and mistyped addresses."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from films.models import Award, Company, Person, Title


def moved(
    request: HttpRequest, item: Title | Person | Company | Award, slug: str, part: str = ""
) -> HttpResponse | None:
    """The way to the right address, its query string kept, for an address whose slug is not the item's.

    `part` names the page below the item's own that was asked for ("credits").
    """
    if slug == item.slug:
        return None
    query = request.GET.urlencode()
    below = f"{part}/" if part else ""
    return HttpResponsePermanentRedirect(f"{item.get_absolute_url()}{below}{'?' * bool(query)}{query}")
