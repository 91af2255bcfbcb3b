from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from films.access import get_title_for
from films.models import Title
from filmsite.lib.limits import limited
from filmsite.templatetags.filmsite import half_stars
from reviews.pace_wording import too_much_words
from reviews.services.pacing import TooMuchToday
from reviews.services.voting import cast_vote, restore_vote, withdraw_vote
from reviews.standing import votes_of
from reviews.templatetags.rating import rating_context
from reviews.voting_forms import VoteForm


@require_http_methods(["GET", "POST"])
@login_required
@limited("vote")
def vote(request: MemberRequest, title_pk: int) -> HttpResponse:
    """Cast or take back a vote. Answers the panel to htmx, otherwise goes back to the title's page.

    A GET comes from somebody who had to sign in first: their vote was not sent along.
    """
    title = get_title_for(request.user, title_pk)
    if not title.takes_votes:
        raise Http404
    if request.method == "GET":
        return HttpResponseRedirect(f"{title.get_absolute_url()}#your-vote")
    if not can_post(request.user):
        if request.htmx:
            # In the place of the stars of an old page stands why there are none; htmx swaps no 403.
            return _panel(request, title, status=422, said=_("Your vote was not cast."))
        raise PermissionDenied
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _panel(request, title, status=422, error=str(form.errors["value"][0]))
    undo, value = None, form.cleaned_data["value"]
    if form.cleaned_data["withdraw"]:
        undo = withdraw_vote(member=request.user, title=title)
        said = _("Your vote is taken back.")
    else:
        act = restore_vote if form.cleaned_data["undo"] else cast_vote
        try:
            cast = act(member=request.user, title=title, value=value)
        except TooMuchToday as refusal:
            return _panel(request, title, status=429, error=too_much_words(refusal))
        said = _("Your vote: %(stars)s of 5 stars.") % {"stars": half_stars(cast.value)}
    if request.htmx:
        title.totals.refresh_from_db()
        return _panel(request, title, undo=undo, said=said)
    messages.success(request, said)
    query = f"?undo={undo}" if undo else ""
    return HttpResponseRedirect(f"{title.get_absolute_url()}{query}#your-vote", status=303)


def _panel(
    request: MemberRequest,
    title: Title,
    *,
    status: int = 200,
    undo: int | None = None,
    said: str = "",
    error: str = "",
) -> HttpResponse:
    context = rating_context(
        title=title,
        votes=votes_of(title, request.user),
        viewer=request.user,
        undo=undo,
        said=said,
        error=error,
    )
    template = "reviews/_rating.html" if request.htmx else "reviews/vote.html"
    return render(request, template, context, status=status)
