"""The public account of a title's votes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from films.access import get_title_for
from reviews.integrity import account_of


@require_safe
def votes_account(request: HttpRequest, title_pk: int) -> HttpResponse:
    """How many votes a title has, how many make its mean, and why the others do not."""
    title = get_title_for(request.user, title_pk)
    if title.pk != title_pk:
        return redirect("reviews:votes-account", title.pk)
    context = {
        "title": title,
        "account": account_of(title),
        "crumbs": [
            (title.display_name, title.get_absolute_url()),
            (_("Votes"), reverse("reviews:voters", args=[title.pk])),
            (_("How they are counted"), None),
        ],
    }
    return render(request, "reviews/votes_account.html", context)
