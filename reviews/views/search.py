"""The search of messages: by the words of their authors, and by those of translations."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filmsite.lib.limits import seconds_over_limit, too_many
from filmsite.lib.paging import BadCursor
from reviews.reading import Reader
from reviews.search import Results, search_messages
from reviews.search_forms import MessageSearchForm, asked_in, narrowing_of


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Messages with these words, everywhere or in one thread."""
    form = MessageSearchForm(request.GET)
    narrowing = narrowing_of(form)
    results = Results()
    if form.words and not narrowing.unknown:
        if seconds := seconds_over_limit("search", request.user.pk or request.META.get("REMOTE_ADDR", "")):
            return too_many(request, seconds)
        try:
            results = search_messages(asked_in(form, narrowing), Reader.from_request(request), request.GET)
        except BadCursor as error:
            raise Http404 from error
    context = {
        "form": form,
        "query": form.words,
        "subject": narrowing.subject,
        "unknown": narrowing.unknown,
        "results": results,
    }
    return render(request, "reviews/message_search.html", context)
