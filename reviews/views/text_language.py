"""A moderator corrects the language that a text is said to be in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from reviews import access
from reviews.language_forms import TextLanguageForm
from reviews.services.correcting_language import correct_language


@never_cache
@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def text_language(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Which language the text is in, as its author said or a moderator finds."""
    review = access.get_review_to_name_language_of(request.user, pk)
    form = TextLanguageForm(request.POST or None, review=review)
    if request.method == "POST" and form.is_valid():
        correct_language(review=review, by=request.user, language=form.cleaned_data["language"])
        messages.success(request, _("The language is noted. Translations follow."))
        return redirect(review)
    context = {"review": review, "subject": review.subject, "form": form}
    return render(request, "moderation/text_language.html", context, status=422 if form.errors else 200)
