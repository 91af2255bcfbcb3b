"""From a name to what it means: where [[a title]] in a member's text leads."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from films.access import get_title_for
from films.search.naming import titles_called

NAME_LENGTH = 200


@require_safe
def called(request: HttpRequest) -> HttpResponse:
    """The page of the title that `?name=` means, or what the search finds where no title is called exactly so."""
    name = request.GET.get("name", "")[:NAME_LENGTH]
    if (found := titles_called([name]).get(name)) is not None:
        return redirect(get_title_for(request.user, found))
    return redirect(f"{reverse('films:search')}?{urlencode({'q': name})}")
