"""In which language somebody reads whom we know nothing of but their request."""

from django.http import HttpRequest
from django.utils.translation import get_language

from filmsite.lib.languages import WRITING_LANGUAGES, primary
from reviews.reading import language_of_visitor


def language_asked_for(request: HttpRequest) -> str:
    """The language of `?language=`, else the one in which this visitor reads texts. An unknown code asks for nothing."""
    asked = primary(request.GET.get("language", ""))
    if asked in WRITING_LANGUAGES:
        return asked
    return language_of_visitor(request, of_page=primary(get_language() or ""))
